using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.AutoNat.Client;

/// <summary>One request to make.</summary>
/// <param name="Addresses">In order of priority.</param>
internal sealed record Probe(PeerId Server, IReadOnlyList<Multiaddr> Addresses);
