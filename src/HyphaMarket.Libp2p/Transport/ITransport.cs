using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Transport;

/// <summary>A way to reach and to be reached: TCP, memory, later WebSocket.</summary>
public interface ITransport
{
    /// <summary>Whether this transport serves such an address, with or without a trailing <c>/p2p</c>.</summary>
    bool CanDial(Multiaddr address);

    /// <summary>Connects. The deadline is the caller's token.</summary>
    /// <param name="address">A relayed address ends with the <c>/p2p</c> of the peer that is dialled; of others the host takes it away.</param>
    /// <param name="cancellationToken">The caller's deadline.</param>
    /// <exception cref="IOException">The address cannot be reached; the message says why in words.</exception>
    ValueTask<TransportConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken);

    /// <summary>Listens; port 0 takes any free port.</summary>
    /// <exception cref="IOException">The address cannot be listened on; the message says why in words.</exception>
    ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken);
}
