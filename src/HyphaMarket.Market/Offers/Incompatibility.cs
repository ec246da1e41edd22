namespace HyphaMarket.Market.Offers;

/// <summary>Why a bid and an ask cannot trade with each other.</summary>
public enum Incompatibility
{
    /// <summary>They can.</summary>
    None,

    /// <summary>The bid pays less than the ask takes.</summary>
    Price,

    /// <summary>Both are of one owner: nobody trades with themselves.</summary>
    SameOwner,

    /// <summary>The bid wants a longer lease than the ask gives.</summary>
    Term,

    /// <summary>The ask's attributes break a constraint of the bid.</summary>
    BidConstraint,

    /// <summary>The bid's attributes break a constraint of the ask.</summary>
    AskConstraint,

    /// <summary>The units that they could trade are fewer than one of them takes at once.</summary>
    MinimumFill,
}
