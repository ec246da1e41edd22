using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>Where and when a broker gave receipts.</summary>
/// <param name="Slot">The broker's, when it took the records.</param>
public sealed record ReceiptMoment(MarketId Market, Slot Slot, Instant At);
