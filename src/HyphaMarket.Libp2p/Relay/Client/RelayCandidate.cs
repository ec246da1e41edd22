using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Relay.Client;

/// <summary>A peer that may be a relay for us.</summary>
/// <param name="Addresses">Where it can be dialled; those in the peer store are tried too.</param>
public sealed record RelayCandidate(PeerId Peer, IReadOnlyList<Multiaddr> Addresses);
