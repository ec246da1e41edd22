using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>A peer that lookups start from while the routing table is empty.</summary>
public sealed record BootstrapPeer(PeerId Id, IReadOnlyList<Multiaddr> Addresses);
