using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Units of one market taken in [From, Until).</summary>
/// <param name="Source">The record that promises them: accepted or settled. Default for a use that is only wanted.</param>
public readonly record struct CapacityUse(MarketId Market, int Units, Instant From, Instant Until, RecordId Source)
{
    public bool Overlaps(CapacityUse other) => From < other.Until && other.From < Until;
}
