using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Transport.WebSockets;

/// <summary>A multiaddr of a web socket, taken apart.</summary>
/// <param name="Carrier">The TCP address below, such as <c>/ip4/192.0.2.1/tcp/80</c>.</param>
/// <param name="Host">The IP address or name, as TLS and the Host header want it (an IPv6 address without brackets).</param>
/// <param name="Port">The TCP port.</param>
/// <param name="IsSecure">Whether TLS lies between.</param>
/// <remarks>
/// Source: libp2p/specs websockets/README.md, "Addressing": "A WebSocket address contains /ws, /tls/ws or /wss and runs over TCP. If a TCP port is
/// omitted, a secure WebSocket (e.g. /tls/ws or /wss is assumed to run on TCP port 443), an insecure WebSocket is assumed to run on TCP port 80".
/// </remarks>
internal sealed record WebSocketAddress(Multiaddr Carrier, string Host, ushort Port, bool IsSecure)
{
    private const ushort HttpPort = 80;
    private const ushort HttpsPort = 443;

    /// <summary>What stands behind the TCP address; <c>/tls/ws</c> is the form that the specification lists first, <c>/wss</c> its older name.</summary>
    public string Suffix => IsSecure ? "/tls/ws" : "/ws";

    /// <summary>The Host header: "the port MUST be included unless it is the default" (RFC 6455 4.1), with brackets about an IPv6 address.</summary>
    public string Authority
    {
        get
        {
            var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
            return Port == (IsSecure ? HttpsPort : HttpPort) ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{Port}");
        }
    }

    /// <summary>An address of the carrier as an address of this kind.</summary>
    public Multiaddr Wrap(Multiaddr carrier) => Multiaddr.Parse(carrier.WithoutPeer() + Suffix);

    /// <summary>False for anything but ip4, ip6, dns, dns4 or dns6, then tcp perhaps, then ws, tls/ws or wss, then a peer perhaps.</summary>
    public static bool TryParse(Multiaddr address, [NotNullWhen(true)] out WebSocketAddress? result)
    {
        result = null;
        var parts = address.WithoutPeer().Components;
        var host = parts[0];
        if (host.Protocol != MultiaddrProtocol.Ip4 && host.Protocol != MultiaddrProtocol.Ip6 && host.Protocol != MultiaddrProtocol.Dns
            && host.Protocol != MultiaddrProtocol.Dns4 && host.Protocol != MultiaddrProtocol.Dns6) return false;
        var next = 1;
        ushort? port = null;
        if (next < parts.Count && parts[next].Protocol == MultiaddrProtocol.Tcp) port = parts[next++].Port;
        bool secure;
        switch (parts.Count - next)
        {
            case 1 when parts[next].Protocol == MultiaddrProtocol.Ws:
                secure = false;
                break;
            case 1 when parts[next].Protocol == MultiaddrProtocol.Wss:
            case 2 when parts[next].Protocol == MultiaddrProtocol.Tls && parts[next + 1].Protocol == MultiaddrProtocol.Ws:
                secure = true;
                break;
            default:
                return false;
        }
        var number = port ?? (secure ? HttpsPort : HttpPort);
        var carrier = Multiaddr.Parse(string.Create(CultureInfo.InvariantCulture, $"{host}/tcp/{number}"));
        result = new WebSocketAddress(carrier, host.Text, number, secure);
        return true;
    }
}
