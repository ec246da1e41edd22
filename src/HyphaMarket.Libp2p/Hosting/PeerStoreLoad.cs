namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What came of reading a peer store's file.</summary>
/// <param name="Peers">Peers taken into the store.</param>
/// <param name="Problem">A sentence for people where the file could not be used; null where it was read, or where there was none. The node runs without it either way.</param>
public sealed record PeerStoreLoad(int Peers, string? Problem);
