namespace HyphaMarket.Market.Books;

/// <summary>What became of an offer that was to be added.</summary>
public enum BookOutcome
{
    /// <summary>It is in now.</summary>
    Added,

    /// <summary>It was in already; nothing changed.</summary>
    AlreadyHere,

    /// <summary>Its side is full of better ones.</summary>
    BelowWorst,

    /// <summary>Its last slot is over.</summary>
    Expired,
}
