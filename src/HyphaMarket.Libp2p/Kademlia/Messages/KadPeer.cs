using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia.Messages;

/// <summary>A peer as a message names it: a claim of the sender.</summary>
internal sealed record KadPeer(PeerId Id, IReadOnlyList<Multiaddr> Addresses);
