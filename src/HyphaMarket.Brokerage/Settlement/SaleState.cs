namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Where a match stands with its seller.</summary>
public enum SaleState
{
    None = 0,

    /// <summary>Accepted: units are held until the deadline.</summary>
    Reserved = 1,

    /// <summary>Activated: a lease was signed.</summary>
    Settled = 2,

    /// <summary>Refused for good, or not activated in time.</summary>
    Released = 3,
}
