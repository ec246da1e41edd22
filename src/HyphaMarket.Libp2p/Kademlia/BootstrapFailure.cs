using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>A bootstrap peer was not reached.</summary>
/// <param name="Reason">One sentence or more, with what each address led to.</param>
public sealed record BootstrapFailure(PeerId Peer, string Reason);
