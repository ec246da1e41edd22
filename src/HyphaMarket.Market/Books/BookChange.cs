using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Books;

/// <summary>What adding an offer changed.</summary>
/// <param name="Fallen">What had to go for it, whose owner is to be told; else null.</param>
public readonly record struct BookChange(BookOutcome Outcome, StoredOffer? Fallen)
{
    public bool IsAdded => Outcome == BookOutcome.Added;

    /// <summary>The offer that had to go for it.</summary>
    public Offer? Evicted => Fallen?.Offer;
}
