using HyphaMarket.Simulation.Economics.Clearing;

namespace HyphaMarket.Simulation.Economics.Strategies;

/// <summary>What a market publishes about a slot: its prices, and the best offers that are left.</summary>
/// <param name="MeanPrice">Of its trades, micro-credits; null without any.</param>
/// <param name="BestBid">The best bid that did not trade; null for none.</param>
/// <param name="BestAsk">The best ask that did not trade; null for none.</param>
public readonly record struct SlotNews(double? MeanPrice, long? BestBid, long? BestAsk)
{
    /// <param name="quotes">By trader; 0 where there is no offer. Those of traders that have traded are to be 0 already.</param>
    public static SlotNews Of(IReadOnlyList<Trade> trades, ReadOnlySpan<long> quotes, int buyers)
    {
        ArgumentNullException.ThrowIfNull(trades);
        var sum = 0.0;
        foreach (var trade in trades) sum += trade.MidPrice;
        long? bid = null, ask = null;
        for (var i = 0; i < quotes.Length; i++)
        {
            if (quotes[i] == 0) continue;
            if (i < buyers) bid = Math.Max(bid ?? 0, quotes[i]);
            else ask = Math.Min(ask ?? long.MaxValue, quotes[i]);
        }

        return new SlotNews(trades.Count == 0 ? null : sum / trades.Count, bid, ask);
    }
}
