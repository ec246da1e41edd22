using System.Net;
using System.Net.Sockets;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Relay.Server;

/// <summary>Where a peer comes from, as far as the bounds of a relay care: an identity costs nothing, an address does.</summary>
/// <param name="Ip">The IPv4 address or IPv6 /64: one subscriber.</param>
/// <param name="Network">The IPv4 /24 or IPv6 /48: the smallest block that is routed by itself, so that one hoster's rack counts together.</param>
internal readonly record struct PeerOrigin(IpGroup Ip, IpGroup Network)
{
    /// <summary>The origin of a connection's remote address. Those without an IP address, as within one process, count as one address.</summary>
    public static PeerOrigin Of(Multiaddr address)
    {
        var first = address.Components[0];
        return first.Protocol == MultiaddrProtocol.Ip4 || first.Protocol == MultiaddrProtocol.Ip6 ? Of(new IPAddress(first.Value.Span)) : default;
    }

    public static PeerOrigin Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, address.AddressFamily == AddressFamily.InterNetworkV6 ? 6 : 3, address.AddressFamily == AddressFamily.InterNetworkV6 ? 10 : 1);
        return new PeerOrigin(new IpGroup(address), new IpGroup(new IPAddress(bytes)));
    }
}
