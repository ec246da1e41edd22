using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Matching;

/// <summary>Where supply and demand meet when every unit is counted alone, by price and nothing else.</summary>
/// <param name="Count">k: the most units for which the k-th best bid still pays what the k-th best ask takes.</param>
/// <param name="LastBid">The price of the k-th best bid unit; meaningless when k is 0.</param>
/// <param name="LastAsk">The price of the k-th best ask unit; meaningless when k is 0.</param>
/// <param name="NextBid">The price of bid unit k + 1, or null when there is none.</param>
/// <param name="NextAsk">The price of ask unit k + 1, or null when there is none.</param>
internal readonly record struct CrossingUnits(long Count, MicroCredits LastBid, MicroCredits LastAsk, MicroCredits? NextBid, MicroCredits? NextAsk)
{
    public static CrossingUnits Of(ReadOnlySpan<RankedEntry> bids, ReadOnlySpan<RankedEntry> asks)
    {
        var count = 0L;
        MicroCredits lastBid = default, lastAsk = default;
        int i = 0, j = 0, bidUsed = 0, askUsed = 0;
        while (i < bids.Length && j < asks.Length && bids[i].Price >= asks[j].Price)
        {
            (lastBid, lastAsk) = (bids[i].Price, asks[j].Price);
            var units = Math.Min(bids[i].Free - bidUsed, asks[j].Free - askUsed);
            count += units;
            bidUsed += units;
            askUsed += units;
            if (bidUsed == bids[i].Free) (i, bidUsed) = (i + 1, 0);
            if (askUsed == asks[j].Free) (j, askUsed) = (j + 1, 0);
        }

        return new CrossingUnits(count, lastBid, lastAsk, i < bids.Length ? bids[i].Price : null, j < asks.Length ? asks[j].Price : null);
    }
}
