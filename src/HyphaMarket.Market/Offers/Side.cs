namespace HyphaMarket.Market.Offers;

/// <summary>Which way an offer trades; the numbers are those of the wire.</summary>
public enum Side
{
    /// <summary>No side: never valid in an offer.</summary>
    None = 0,

    /// <summary>Buys; its limit price is the most it pays.</summary>
    Bid = 1,

    /// <summary>Sells; its limit price is the least it takes.</summary>
    Ask = 2,
}
