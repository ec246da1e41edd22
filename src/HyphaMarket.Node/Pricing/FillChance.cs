using HyphaMarket.Node.Storage.Prices;

namespace HyphaMarket.Node.Pricing;

/// <summary>How often an order like this would have filled in the recent past.</summary>
/// <param name="Share">From 0 to 1.</param>
/// <param name="Windows">Stretches of time it was taken from, each as long as the order has to live.</param>
internal sealed record FillChance(double Share, int Windows)
{
    /// <summary>Fewer say nothing.</summary>
    public const int FewestWindows = 5;

    /// <summary>
    /// Cuts the past into stretches as long as the order's remaining life and counts those in which enough units were traded at prices that the order accepts: its own, and
    /// those of the orders before it.
    /// </summary>
    /// <param name="trades">Of the market; in any order.</param>
    /// <param name="units">The order's own units and those ahead of it.</param>
    /// <param name="lifeMs">What the order has to live.</param>
    /// <param name="sinceMs">From where the past is known.</param>
    /// <returns>Null where the known past has fewer than <see cref="FewestWindows"/> such stretches.</returns>
    public static FillChance? Estimate(IReadOnlyCollection<MarketTrade> trades, bool isBid, long limitMicros, long units, long lifeMs, long sinceMs, long nowMs)
    {
        if (lifeMs <= 0) return null;
        var windows = (int)Math.Min(int.MaxValue, (nowMs - sinceMs) / lifeMs);
        if (windows < FewestWindows) return null;
        var hits = trades
            .Where(trade => trade.AtMs < nowMs && trade.AtMs >= nowMs - (windows * lifeMs) && (isBid ? trade.BuyPriceMicros <= limitMicros : trade.SellPriceMicros >= limitMicros))
            .GroupBy(trade => (nowMs - 1 - trade.AtMs) / lifeMs)
            .Count(window => window.Sum(trade => (long)trade.Quantity) >= units);
        return new FillChance((double)hits / windows, windows);
    }
}
