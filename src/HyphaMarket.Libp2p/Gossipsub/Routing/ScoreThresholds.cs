namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>Below which score what is withheld from a peer. Source: gossipsub-v1.1.md, "Score Thresholds". The baseline threshold is 0.</summary>
/// <param name="Gossip">Below it no gossip is sent to the peer and its gossip is ignored. Negative.</param>
/// <param name="Publish">Below it own messages are not sent to the peer. At most <paramref name="Gossip"/>.</param>
/// <param name="Graylist">Below it everything from the peer is ignored. At most <paramref name="Publish"/>.</param>
/// <param name="AcceptPeerExchange">Below it peers that the peer suggests are not used. Not negative.</param>
/// <param name="OpportunisticGraft">Below it the median of a mesh makes the router look for better peers. Not negative.</param>
public readonly record struct ScoreThresholds(double Gossip, double Publish, double Graylist, double AcceptPeerExchange, double OpportunisticGraft);
