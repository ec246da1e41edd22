using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>When an instrument's match begins, must be activated, and delivers: spot at once, a window or a future at its own time.</summary>
public interface IDelivery
{
    /// <summary>The start of the match slot: no certificate of it exists before.</summary>
    Instant MatchedFrom(MarketId market, Slot slot);

    /// <summary>The first instant at which an activation comes too late.</summary>
    Instant ActivationDeadline(MarketId market, Slot slot);

    /// <summary>What a lease activated at that moment covers.</summary>
    /// <param name="termMinutes">As the bid said.</param>
    /// <param name="longestTermMinutes">As the ask said; at least the term.</param>
    LeaseSpan SpanOf(MarketId market, Slot slot, Instant activated, int termMinutes, int longestTermMinutes);
}
