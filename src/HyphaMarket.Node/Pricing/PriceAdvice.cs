using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Pricing;

/// <summary>A price to start from, and what it rests on.</summary>
/// <param name="Micros">Null where there is nothing to go by.</param>
/// <param name="Basis">One sentence.</param>
internal sealed record PriceAdvice(long? Micros, string Basis)
{
    /// <summary>The median of what was traded, unless the other side of the book is better than it already; without trades the book alone.</summary>
    /// <param name="median">Of recent trades; null without any.</param>
    /// <param name="bestBid">Null where nobody bids.</param>
    /// <param name="bestAsk">Null where nobody asks.</param>
    public static PriceAdvice For(bool isBid, long? median, long? bestBid, long? bestAsk)
    {
        var (opposite, name) = isBid ? (bestAsk, "ask") : (bestBid, "bid");
        if (median is { } middle)
        {
            return opposite is { } better && (isBid ? better < middle : better > middle)
                ? new PriceAdvice(better, $"The best {name} in the book is better than the median of recent trades, {CreditText.PerMinute(middle)}.")
                : new PriceAdvice(middle, "The median of recent trades, weighted by units.");
        }

        return (bestBid, bestAsk) switch
        {
            ({ } bid, { } ask) => new PriceAdvice(bid + ((ask - bid) / 2), "No recent trades: the middle between the best bid and the best ask."),
            _ when opposite is { } only => new PriceAdvice(only, $"No recent trades: the best {name} in the book, which it would match."),
            _ when (isBid ? bestBid : bestAsk) is { } own => new PriceAdvice(own, $"No recent trades and no {name}s: what others on your side want."),
            _ => new PriceAdvice(null, "No recent trades are known here and the book is empty: there is nothing to go by."),
        };
    }
}
