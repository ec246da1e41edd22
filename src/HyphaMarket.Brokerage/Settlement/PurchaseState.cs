namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Where a match stands with its buyer.</summary>
public enum PurchaseState
{
    None = 0,

    /// <summary>The seller is asked to accept, until the deadline.</summary>
    Claiming = 1,

    /// <summary>This node signed an activation; it asks until it has a lease or a release.</summary>
    Activated = 2,

    /// <summary>A signed lease is held.</summary>
    Settled = 3,

    /// <summary>It came to nothing.</summary>
    Failed = 4,

    /// <summary>Another bid of its group has filled: the seller is told, until the deadline.</summary>
    Declining = 5,
}
