namespace HyphaMarket.Libp2p.Kademlia.Storage;

/// <summary>A value record with the time it came and the time it is forgotten.</summary>
internal sealed record StoredRecord(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, DateTimeOffset Received, DateTimeOffset Expires);
