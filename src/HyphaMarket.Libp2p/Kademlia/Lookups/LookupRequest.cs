using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia.Lookups;

/// <summary>A peer to ask now; answer with <see cref="Lookup.OnResponse"/> or <see cref="Lookup.OnFailure"/>.</summary>
/// <param name="Peer">Whom to ask.</param>
/// <param name="Addresses">Where others say it is.</param>
/// <param name="Path">The disjoint path that asks, from 0.</param>
internal readonly record struct LookupRequest(PeerId Peer, IReadOnlyList<Multiaddr> Addresses, int Path);
