namespace HyphaMarket.Libp2p.Discovery.Dns;

/// <summary>Looks up the texts of a name in DNS, which .NET cannot do.</summary>
public interface IDnsTxtResolver
{
    /// <summary>The texts of a name, one for each TXT record, its strings joined; empty where the name has none or does not exist.</summary>
    /// <exception cref="IOException">No server gave an answer; the message says why.</exception>
    Task<IReadOnlyList<string>> ResolveAsync(string name, CancellationToken cancellationToken = default);
}
