namespace HyphaMarket.Libp2p.Transport;

/// <summary>What a relay allows a connection; whoever relays enforces it.</summary>
/// <param name="Duration">How long it may live; null for no bound.</param>
/// <param name="Bytes">Bytes each way; null for no bound.</param>
public sealed record ConnectionLimits(TimeSpan? Duration, long? Bytes);
