using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>Connect to peers that a trusted peer suggested with its PRUNE, where their signed records prove their addresses.</summary>
/// <param name="From">The peer that suggests them.</param>
internal sealed record ConnectTo(PeerId From, IReadOnlyList<PeerExchangeRecord> Peers) : RouterEffect;
