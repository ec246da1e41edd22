namespace HyphaMarket.Libp2p.Kademlia.Persistence;

/// <summary>What was found of a kept routing table.</summary>
/// <param name="Peers">The peers; empty where there is no file or it was not usable.</param>
/// <param name="Problem">One sentence for the operator where the file was not usable, else null.</param>
/// <param name="SetAside">Where the unusable file is now; null where there was none.</param>
public sealed record RoutingTableLoad(IReadOnlyList<SavedPeer> Peers, string? Problem, string? SetAside);
