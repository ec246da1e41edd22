namespace HyphaMarket.Node.Storage;

/// <summary>What a worker answered about its machine.</summary>
/// <param name="Lease">Hexadecimal.</param>
/// <param name="AskedMs">When the answer came, by this node's clock.</param>
/// <param name="Record">The signed machine report's bytes.</param>
public sealed record CheckRow(string Lease, long AskedMs, byte[] Record);
