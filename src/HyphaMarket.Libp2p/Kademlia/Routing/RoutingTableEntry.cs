using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>A peer of the routing table.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Key">Its point of the key space.</param>
/// <param name="LastSeen">When it last proved to be alive.</param>
public readonly record struct RoutingTableEntry(PeerId Peer, KadKey Key, DateTimeOffset LastSeen);
