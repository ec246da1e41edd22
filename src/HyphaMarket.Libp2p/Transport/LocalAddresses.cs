using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace HyphaMarket.Libp2p.Transport;

/// <summary>The machine's own IP addresses.</summary>
internal static class LocalAddresses
{
    /// <summary>More addresses than this tell others nothing more; identify messages stay small.</summary>
    private const int MaxAddresses = 32;

    /// <summary>The address itself, or for a wildcard every address of the family on an interface that is up. Link-local IPv6 is left out: it means nothing elsewhere.</summary>
    public static IEnumerable<IPAddress> Expand(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? OfInterfaces(address.AddressFamily) : [address];

    private static List<IPAddress> OfInterfaces(AddressFamily family)
    {
        var found = NetworkInterface.GetAllNetworkInterfaces()
            .Where(candidate => candidate.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
            .SelectMany(candidate => candidate.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(candidate => candidate.AddressFamily == family && !candidate.IsIPv6LinkLocal)
            .Distinct()
            // Loopback last: it is of use on this machine only.
            .OrderBy(IPAddress.IsLoopback)
            .Take(MaxAddresses)
            .ToList();
        if (found.Count == 0) found.Add(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback);
        return found;
    }
}
