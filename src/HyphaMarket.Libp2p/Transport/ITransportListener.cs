using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Transport;

/// <summary>An open listening address.</summary>
public interface ITransportListener : IAsyncDisposable
{
    /// <summary>The concrete addresses others can dial: the port that was chosen, and the machine's addresses for a wildcard. Looked up anew on each call.</summary>
    IReadOnlyList<Multiaddr> GetAddresses();

    /// <summary>The next inbound connection; null once the listener is disposed.</summary>
    /// <exception cref="IOException">One connection could not be taken; the listener goes on.</exception>
    ValueTask<TransportConnection?> AcceptAsync(CancellationToken cancellationToken);
}
