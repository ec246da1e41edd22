namespace HyphaMarket.Brokerage.Epochs;

/// <summary>Networks that nodes are in: who controls one /24 (IPv6: /48) easily runs many nodes in it, so members of different ones are preferred.</summary>
public static class AddressPrefixes
{
    private const byte Ip4 = 4;
    private const byte Ip6 = 41;

    /// <summary>The prefixes of a node's public addresses, as text. Private, loopback and relayed addresses say nothing about where a node is.</summary>
    public static IEnumerable<string> Of(EpochMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return member.Addresses.Count == 0 ? [] : member.Addresses.Select(address => Of(address.Span)).OfType<string>().Distinct();
    }

    /// <summary>How many members share a prefix with another member.</summary>
    public static int Shared(IReadOnlyCollection<EpochMember> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        var crowded = members.SelectMany(Of).CountBy(prefix => prefix).Where(count => count.Value > 1).Select(count => count.Key).ToHashSet();
        return members.Count(member => Of(member).Any(crowded.Contains));
    }

    /// <summary>The first n of a list, taking those whose prefix is taken already only where there are not enough others.</summary>
    /// <returns>In the order of the list.</returns>
    public static IReadOnlyList<EpochMember> Choose(IReadOnlyList<EpochMember> nearest, int most)
    {
        ArgumentNullException.ThrowIfNull(nearest);
        var (taken, chosen) = (new HashSet<string>(), new HashSet<EpochMember>());
        foreach (var member in nearest.Where(member => !Of(member).Any(taken.Contains)))
        {
            if (chosen.Count >= most) break;
            chosen.Add(member);
            taken.UnionWith(Of(member));
        }

        foreach (var member in nearest)
        {
            if (chosen.Count >= most) break;
            chosen.Add(member);
        }

        return [.. nearest.Where(chosen.Contains)];
    }

    private static string? Of(ReadOnlySpan<byte> address)
    {
        if (address.Length >= 5 && address[0] == Ip4)
        {
            var (a, b) = (address[1], address[2]);
            var isPrivate = a is 0 or 10 or 127 || (a == 172 && b is >= 16 and < 32) || (a == 192 && b == 168) || (a == 169 && b == 254) || (a == 100 && b is >= 64 and < 128);
            return isPrivate ? null : $"{a}.{b}.{address[3]}.0/24";
        }

        // Global unicast is 2000::/3.
        return address.Length >= 17 && address[0] == Ip6 && (address[1] & 0xE0) == 0x20 ? $"{Convert.ToHexStringLower(address[1..7])}::/48" : null;
    }
}
