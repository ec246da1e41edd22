using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Books;

/// <summary>What adding an offer changed.</summary>
/// <param name="Evicted">The offer that had to go for it, whose owner is to be told; else null.</param>
public readonly record struct BookChange(BookOutcome Outcome, Offer? Evicted)
{
    public bool IsAdded => Outcome == BookOutcome.Added;
}
