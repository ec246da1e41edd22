using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Transport.WebSockets;

/// <summary>Web sockets over TCP: <c>/ws</c> in the clear and <c>/tls/ws</c> (or <c>/wss</c>) within TLS, for peers behind proxies that let HTTP pass and for browsers.</summary>
/// <remarks>
/// Source: libp2p/specs websockets/README.md, RFC 6455. The secure channel and the muxer of libp2p are negotiated over it as over TCP; TLS here
/// hides and names the server, it does not stand in for them.
/// </remarks>
public sealed class WebSocketTransport : ITransport
{
    private readonly WebSocketTransportOptions _options;
    private readonly TimeProvider _time;
    private readonly ITransport _carrier;

    // Made on first use: most nodes never meet a web socket, and it brings the class library's TLS with it.
    private readonly Lazy<WebSocketHandshaker> _handshaker;

    /// <param name="options">Certificates and bounds; null for the defaults, with which <c>/tls/ws</c> can be dialled but not listened on.</param>
    /// <param name="carrier">What carries the web sockets; null for TCP.</param>
    /// <param name="time">The clock of the deadlines; null for the system's.</param>
    public WebSocketTransport(WebSocketTransportOptions? options = null, ITransport? carrier = null, TimeProvider? time = null)
    {
        _options = options ?? new WebSocketTransportOptions();
        _options.Validate();
        _carrier = carrier ?? new TcpTransport();
        _time = time ?? TimeProvider.System;
        _handshaker = new Lazy<WebSocketHandshaker>(() => new WebSocketHandshaker(_options, _time));
        // A certificate that is no good is found now.
        if (_options.Certificate is not null) _ = _handshaker.Value;
    }

    public bool CanDial(Multiaddr address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return WebSocketAddress.TryParse(address, out var target) && _carrier.CanDial(target.Carrier);
    }

    public async ValueTask<TransportConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!WebSocketAddress.TryParse(address, out var target)) throw new IOException("It is no web socket address.");
        var raw = await _carrier.DialAsync(target.Carrier, cancellationToken);
        var socket = await _handshaker.Value.ConnectAsync(raw.Channel, target, cancellationToken);
        return raw with
        {
            Channel = new WebSocketStream(raw.Channel, socket, handshake: null, _options, _time),
            LocalAddress = raw.LocalAddress is null ? null : target.Wrap(raw.LocalAddress),
            RemoteAddress = target.Wrap(raw.RemoteAddress),
        };
    }

    public async ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!WebSocketAddress.TryParse(address, out var target)) throw new IOException($"{address} cannot be listened on: it is no web socket address.");
        if (target.IsSecure && !_handshaker.Value.CanListenSecurely) throw new IOException($"{address} cannot be listened on: TLS needs a certificate, and none is configured.");
        var inner = await _carrier.ListenAsync(target.Carrier, cancellationToken);
        return new WebSocketListener(inner, target, _handshaker.Value, _options, _time);
    }
}
