namespace HyphaMarket.Brokerage.Leases;

/// <summary>Which side of a lease this node is.</summary>
public enum LeaseRole
{
    None = 0,

    /// <summary>The scheduler: uses the units and pays.</summary>
    Buyer = 1,

    /// <summary>The worker: gives the units and is paid.</summary>
    Seller = 2,
}
