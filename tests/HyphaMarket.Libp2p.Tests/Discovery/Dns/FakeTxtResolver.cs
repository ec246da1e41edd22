using HyphaMarket.Libp2p.Discovery.Dns;

namespace HyphaMarket.Libp2p.Tests.Discovery.Dns;

/// <summary>A DNS made of a dictionary, which remembers what it was asked.</summary>
internal sealed class FakeTxtResolver : IDnsTxtResolver
{
    public Dictionary<string, string[]> Texts { get; } = [];

    public List<string> Asked { get; } = [];

    /// <summary>Names that never answer.</summary>
    public HashSet<string> Silent { get; } = [];

    public async Task<IReadOnlyList<string>> ResolveAsync(string name, CancellationToken cancellationToken = default)
    {
        Asked.Add(name);
        if (Silent.Contains(name)) await Task.Delay(Timeout.Infinite, cancellationToken);
        return Texts.GetValueOrDefault(name, []);
    }
}
