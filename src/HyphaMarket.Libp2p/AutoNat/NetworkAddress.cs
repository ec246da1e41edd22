using System.Net;
using System.Net.Sockets;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.AutoNat;

/// <summary>A direct address by IP: its IP address, its port, and the protocols from outermost to innermost.</summary>
/// <param name="Shape">The protocols, as in <c>ip4/tcp/ws</c>: two addresses of one shape are of the same transport and family.</param>
internal sealed record NetworkAddress(IPAddress Ip, ushort Port, string Shape)
{
    public bool IsPublic => IpScope.IsPublic(Ip);

    public AddressFamily Family => Ip.AddressFamily;

    /// <summary>Reads an address without its trailing <c>/p2p</c>. False for names, relayed addresses and those without a port, which nobody could dial as they are.</summary>
    public static bool TryFrom(Multiaddr? address, out NetworkAddress parts)
    {
        parts = null!;
        if (address is null || address.IsRelayed) return false;
        var components = address.WithoutPeer().Components;
        if (components.Count < 2) return false;
        if (components[0].Protocol != MultiaddrProtocol.Ip4 && components[0].Protocol != MultiaddrProtocol.Ip6) return false;
        if (components[1].Protocol != MultiaddrProtocol.Tcp && components[1].Protocol != MultiaddrProtocol.Udp) return false;
        var ip = new IPAddress(components[0].Value.Span);
        if (components[1].Port == 0 || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)) return false;
        // An inner peer id, as behind a proxy, is not part of the shape of a direct address.
        if (components.Any(component => component.Protocol == MultiaddrProtocol.P2p)) return false;
        parts = new NetworkAddress(ip, components[1].Port, string.Join('/', components.Select(component => component.Protocol.Name)));
        return true;
    }
}
