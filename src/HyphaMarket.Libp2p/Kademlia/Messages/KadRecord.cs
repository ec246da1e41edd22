namespace HyphaMarket.Libp2p.Kademlia.Messages;

/// <summary>A value record.</summary>
/// <param name="Key">The whole key, namespace included.</param>
/// <param name="Value">The value.</param>
/// <param name="TimeReceived">RFC 3339 text set by whoever stores it; empty where it was not told.</param>
internal sealed record KadRecord(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, string TimeReceived);
