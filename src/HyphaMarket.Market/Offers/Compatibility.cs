namespace HyphaMarket.Market.Offers;

/// <summary>Whether two offers may trade with each other, said plainly; matching uses a faster form with the same meaning.</summary>
public static class Compatibility
{
    /// <summary>The first reason, cheapest test first, why the two cannot trade with these free quantities.</summary>
    /// <param name="bidFree">Units of the bid that may still trade.</param>
    /// <param name="askFree">Units of the ask that may still trade.</param>
    public static Incompatibility Between(Offer bid, Offer ask, int bidFree, int askFree)
    {
        if (bid.LimitPrice < ask.LimitPrice) return Incompatibility.Price;
        if (bid.Owner == ask.Owner) return Incompatibility.SameOwner;
        if (bid.LeaseTermMinutes > ask.LeaseTermMinutes) return Incompatibility.Term;
        var quantity = TradeQuantity(bid, ask, bidFree, askFree);
        if (quantity < Math.Max(bid.MinimumFill, ask.MinimumFill)) return Incompatibility.MinimumFill;
        if (!Holds(bid.Constraints, ask.Attributes)) return Incompatibility.BidConstraint;
        return Holds(ask.Constraints, bid.Attributes) ? Incompatibility.None : Incompatibility.AskConstraint;
    }

    /// <summary>The units of one fill between the two: the smaller free quantity, and one where either is distinct.</summary>
    public static int TradeQuantity(Offer bid, Offer ask, int bidFree, int askFree)
    {
        var smaller = Math.Min(bidFree, askFree);
        return bid.Distinct || ask.Distinct ? Math.Min(1, smaller) : smaller;
    }

    /// <summary>Whether all clauses hold on these attributes.</summary>
    public static bool Holds(IReadOnlyList<OfferConstraint> constraints, IReadOnlyList<OfferAttribute> attributes)
    {
        foreach (var constraint in constraints)
        {
            if (!Holds(constraint, attributes)) return false;
        }

        return true;
    }

    /// <summary>Whether one clause holds. "A missing key is in no set": so it breaks a plain clause and satisfies a negated one.</summary>
    public static bool Holds(OfferConstraint constraint, IReadOnlyList<OfferAttribute> attributes)
    {
        var inSet = false;
        foreach (var attribute in attributes)
        {
            if (string.Equals(attribute.Key, constraint.Key, StringComparison.Ordinal)) inSet = constraint.Values.Contains(attribute.Value, StringComparer.Ordinal);
        }

        return inSet != constraint.Negated;
    }
}
