using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>In which order the addresses of one peer are dialled.</summary>
internal static class AddressOrder
{
    /// <summary>
    /// The given order, but IPv6 and other addresses by turns, beginning with the family of the first: a family that does not work here costs
    /// one stagger, not as many as it has addresses (RFC 8305, section 4).
    /// </summary>
    public static List<Multiaddr> Interleave(IEnumerable<Multiaddr> addresses)
    {
        var all = addresses.ToList();
        if (all.Count < 3) return all;
        var leading = new Queue<Multiaddr>(all.Where(address => IsIpv6(address) == IsIpv6(all[0])));
        var other = new Queue<Multiaddr>(all.Where(address => IsIpv6(address) != IsIpv6(all[0])));
        var order = new List<Multiaddr>(all.Count);
        while (order.Count < all.Count)
        {
            if (leading.TryDequeue(out var first)) order.Add(first);
            if (other.TryDequeue(out var second)) order.Add(second);
        }
        return order;
    }

    private static bool IsIpv6(Multiaddr address) => address.Components[0].Protocol == MultiaddrProtocol.Ip6;
}
