using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>A peer of the routing table.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Key">Its point of the key space.</param>
/// <param name="LastSeen">When it last proved to be alive.</param>
public readonly record struct RoutingTableEntry(PeerId Peer, KadKey Key, DateTimeOffset LastSeen)
{
    /// <summary>When it came into the table, or began to wait for a place.</summary>
    public DateTimeOffset FirstSeen { get; init; }

    /// <summary>Failures since it last answered. A peer with any is a suspect: it keeps its place, and nobody is sent to it.</summary>
    public int Failures { get; init; }

    /// <summary>When the latest failure was counted.</summary>
    public DateTimeOffset LastFailure { get; init; }

    /// <summary>The network it was met at, where that counts.</summary>
    internal NetworkPrefix? Prefix { get; init; }

    /// <summary>It was found by a lookup that started from the bootstrap peers alone.</summary>
    public bool IsVouched { get; init; }

    public bool IsSuspect => Failures > 0;
}
