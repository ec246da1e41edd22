using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia.Persistence;

/// <summary>A server of the routing table as it is kept over a restart.</summary>
/// <param name="FirstSeen">When it came into the table.</param>
/// <param name="LastSeen">When it last proved to be alive.</param>
public sealed record SavedPeer(PeerId Peer, IReadOnlyList<Multiaddr> Addresses, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);
