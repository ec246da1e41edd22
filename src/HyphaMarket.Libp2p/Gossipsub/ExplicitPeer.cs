using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>A peer whose operator agreed with ours that both forward everything to each other. Source: gossipsub-v1.1.md, "Explicit Peering Agreements".</summary>
/// <param name="Addresses">Where to reach it; those in the peer store are tried too.</param>
public sealed record ExplicitPeer(PeerId Id, IReadOnlyList<Multiaddr> Addresses);
