namespace HyphaMarket.Node.Storage;

/// <summary>A usage receipt signed by both parties; cumulative.</summary>
/// <param name="Record">The signed record's bytes.</param>
public sealed record ReceiptRow(string Lease, long Minutes, long Micros, long AtMs, ReadOnlyMemory<byte> Record);
