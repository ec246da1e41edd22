using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>Offers that care about price and term only.</summary>
public static class PlainOffers
{
    /// <summary>No constraints, no group, not distinct, and any single unit will do.</summary>
    public static bool IsPlain(Offer offer) => offer.Constraints.Count == 0 && offer.Group.IsEmpty && !offer.Distinct && offer.MinimumFill == 1;
}
