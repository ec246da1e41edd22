using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>When a lease runs. The end is exclusive, and no renewal goes past the longest end.</summary>
public readonly record struct LeaseSpan(Instant Start, Instant End, Instant LongestEnd);
