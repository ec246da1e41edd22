using System.Net;
using System.Net.Sockets;

namespace HyphaMarket.Libp2p.Gossipsub.Scoring;

/// <summary>Which connected peers share an address (P6).</summary>
/// <remarks>An IPv6 address counts by its /64: who has one has all of it. Bounded by the connected peers times <see cref="MaxPerPeer"/>.</remarks>
internal sealed class ColocationTable(int threshold, IReadOnlyList<IPNetwork> allowed)
{
    /// <summary>Addresses counted of one peer: as many as the host has connections with one.</summary>
    public const int MaxPerPeer = 4;

    private readonly Dictionary<IPAddress, HashSet<ScoreRecord>> _groups = [];

    public int Count => _groups.Count;

    /// <summary>Counts the peer at these addresses and at no others any more.</summary>
    public void Set(ScoreRecord peer, IReadOnlyList<IPAddress> addresses)
    {
        var groups = addresses.Select(Unmapped).Where(address => !allowed.Any(network => network.Contains(address)))
            .Select(GroupOf).Distinct().Take(MaxPerPeer).ToArray();
        if (groups.SequenceEqual(peer.Groups)) return;
        foreach (var group in peer.Groups)
        {
            var members = _groups[group];
            Changed(members);
            members.Remove(peer);
            if (members.Count == 0) _groups.Remove(group);
        }
        peer.Groups = groups;
        foreach (var group in groups)
        {
            if (!_groups.TryGetValue(group, out var members)) _groups[group] = members = [];
            members.Add(peer);
            Changed(members);
        }
    }

    /// <summary>v1.1: "If the number of peers in the same IP exceeds the threshold, then the value is the square of the surplus".</summary>
    public double Value(ScoreRecord peer)
    {
        var value = 0.0;
        foreach (var group in peer.Groups)
        {
            double surplus = Math.Max(0, _groups[group].Count - threshold);
            value += surplus * surplus;
        }
        return value;
    }

    private static void Changed(HashSet<ScoreRecord> members)
    {
        foreach (var member in members) member.Score = null;
    }

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPAddress GroupOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
