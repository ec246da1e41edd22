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
    public static CrossingUnits Of(RankedSide bids, RankedSide asks)
    {
        var count = 0L;
        MicroCredits lastBid = default, lastAsk = default;
        int i = 0, j = 0, bidUsed = 0, askUsed = 0;
        while (bids.Has(i) && asks.Has(j))
        {
            ref readonly var bid = ref bids.Offers[i];
            ref readonly var ask = ref asks.Offers[j];
            if (bid.Price < ask.Price) break;
            (lastBid, lastAsk) = (bid.Price, ask.Price);
            var units = Math.Min(bid.Free - bidUsed, ask.Free - askUsed);
            count += units;
            bidUsed += units;
            askUsed += units;
            if (bidUsed == bid.Free) (i, bidUsed) = (i + 1, 0);
            if (askUsed == ask.Free) (j, askUsed) = (j + 1, 0);
        }

        return new CrossingUnits(count, lastBid, lastAsk, bids.PriceAt(i), asks.PriceAt(j));
    }
}
