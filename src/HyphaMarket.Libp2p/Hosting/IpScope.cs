using System.Net;
using System.Net.Sockets;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Where an IP address has a meaning.</summary>
public static class IpScope
{
    private static readonly IPNetwork[] s_notPublic =
    [
        .. new[]
        {
            // RFC 6890, tables 1 to 24: what is not "globally reachable".
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork s_globalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork s_documentation = IPNetwork.Parse("2001:db8::/32");

    /// <summary>True for an address that the whole internet routes.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? !s_notPublic.Any(network => network.Contains(address))
            : s_globalUnicast.Contains(address) && !s_documentation.Contains(address);
    }
}
