using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Books;

/// <summary>The best prices of a book and what stands behind them; never changes, so its writer publishes it by one reference and any number of readers share it.</summary>
/// <param name="Version">Changes of the book before it: a later quote has a higher one.</param>
/// <param name="BestBid">Null where nobody bids.</param>
/// <param name="BestAsk">Null where nobody asks.</param>
/// <param name="Bids">Offers held on the side.</param>
/// <param name="BidUnits">Their free units.</param>
public sealed record BookQuote(long Version, MicroCredits? BestBid, MicroCredits? BestAsk, int Bids, int Asks, long BidUnits, long AskUnits)
{
    /// <summary>Of a book that nothing was put into.</summary>
    public static BookQuote Empty { get; } = new(0, null, null, 0, 0, 0, 0);
}
