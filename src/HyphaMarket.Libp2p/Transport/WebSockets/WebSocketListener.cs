using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Transport.WebSockets;

/// <summary>A listening address of web sockets. It accepts without waiting: the handshake is part of the first read.</summary>
internal sealed class WebSocketListener(ITransportListener inner, WebSocketAddress address, WebSocketHandshaker handshaker, WebSocketTransportOptions options, TimeProvider time)
    : ITransportListener
{
    public IReadOnlyList<Multiaddr> GetAddresses() => [.. inner.GetAddresses().Select(address.Wrap)];

    public async ValueTask<TransportConnection?> AcceptAsync(CancellationToken cancellationToken)
    {
        if (await inner.AcceptAsync(cancellationToken) is not { } raw) return null;
        return raw with
        {
            Channel = new WebSocketStream(raw.Channel, socket: null, token => handshaker.AcceptAsync(raw.Channel, address.IsSecure, token), options, time),
            LocalAddress = raw.LocalAddress is null ? null : address.Wrap(raw.LocalAddress),
            RemoteAddress = address.Wrap(raw.RemoteAddress),
        };
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
