namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>The best value that a query found.</summary>
/// <param name="Value">The value, valid by its namespace's validator.</param>
/// <param name="Copies">Nodes that returned a valid value of the key, this one included; fewer than the quorum where not enough hold one.</param>
public sealed record FoundValue(ReadOnlyMemory<byte> Value, int Copies);
