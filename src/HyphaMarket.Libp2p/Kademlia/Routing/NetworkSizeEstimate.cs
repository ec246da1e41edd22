namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>How many servers the network has.</summary>
/// <param name="Servers">The number, this node included where it serves.</param>
/// <param name="IsExact">True where fewer than k exist and they were counted.</param>
/// <param name="Samples">Lookups of different keys it rests on; the standard error of an estimate is about 1 / sqrt(samples * k).</param>
public readonly record struct NetworkSizeEstimate(double Servers, bool IsExact, int Samples);
