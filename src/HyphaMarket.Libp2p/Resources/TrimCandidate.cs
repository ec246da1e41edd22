namespace HyphaMarket.Libp2p.Resources;

/// <summary>A connection as <see cref="ConnectionTrimming"/> sees it.</summary>
/// <param name="Value">Of its peer.</param>
/// <param name="Age">Since it was ready.</param>
internal readonly record struct TrimCandidate<T>(T Connection, double Value, bool IsInbound, bool IsIdle, TimeSpan Age);
