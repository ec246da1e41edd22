namespace HyphaMarket.Libp2p.Gossipsub.Wire;

/// <summary>The sender took us out of its mesh of a topic.</summary>
/// <param name="BackoffSeconds">How long not to graft again; null from a peer that speaks v1.0.</param>
/// <param name="Peers">Peers to connect to instead (v1.1 peer exchange).</param>
internal readonly record struct Prune(string Topic, ulong? BackoffSeconds, IReadOnlyList<PeerExchangeRecord> Peers);
