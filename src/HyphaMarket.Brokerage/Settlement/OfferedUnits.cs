using HyphaMarket.Market.Ids;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Units of one market that an ask still offers.</summary>
public readonly record struct OfferedUnits(MarketId Market, int Units);
