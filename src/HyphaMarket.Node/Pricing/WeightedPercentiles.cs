using HyphaMarket.Node.Storage.Prices;

namespace HyphaMarket.Node.Pricing;

/// <summary>Prices below which a part of the units was traded.</summary>
internal static class WeightedPercentiles
{
    /// <summary>The nearest-rank percentile, weighted by units: the least price at which at least so many percent of the units were traded.</summary>
    /// <param name="trades">In any order; at least one.</param>
    /// <param name="percent">From 1 to 100.</param>
    public static long Of(IReadOnlyCollection<MarketTrade> trades, int percent)
    {
        var wanted = ((trades.Sum(trade => (long)trade.Quantity) * percent) + 99) / 100;
        long counted = 0;
        foreach (var trade in trades.OrderBy(trade => trade.PriceMicros))
        {
            counted += trade.Quantity;
            if (counted >= wanted) return trade.PriceMicros;
        }

        throw new ArgumentException("There are no trades, or more than 100 percent of them are wanted.", nameof(percent));
    }
}
