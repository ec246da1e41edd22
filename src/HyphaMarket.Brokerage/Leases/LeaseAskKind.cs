namespace HyphaMarket.Brokerage.Leases;

/// <summary>What one party of a lease asks of the other.</summary>
public enum LeaseAskKind
{
    None = 0,

    /// <summary>To sign a later end.</summary>
    Renewal = 1,

    /// <summary>To sign a receipt.</summary>
    Receipt = 2,

    /// <summary>To take note of an end.</summary>
    End = 3,

    /// <summary>To show what it holds of the lease, and to take in what this node holds.</summary>
    Exchange = 4,
}
