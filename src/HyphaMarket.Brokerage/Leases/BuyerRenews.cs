using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Leases;

/// <summary>The usual will: a buyer asks while it still has work, a seller agrees unless it drains.</summary>
/// <param name="buyerWants">Whether the buyer's work goes on.</param>
/// <param name="sellerAgrees">Whether the seller goes on selling.</param>
public sealed class BuyerRenews(Func<Lease, bool> buyerWants, Func<Lease, bool> sellerAgrees) : ILeasePolicy
{
    /// <summary>Buyers always renew and sellers always agree.</summary>
    public static BuyerRenews Always { get; } = new(_ => true, _ => true);

    /// <summary>Nobody renews.</summary>
    public static BuyerRenews Never { get; } = new(_ => false, _ => false);

    public bool WantsRenewal(Instant now, Lease lease, Instant newEnd)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return lease.Role == LeaseRole.Buyer && buyerWants(lease);
    }

    public bool AgreesToRenewal(Instant now, Lease lease, Instant newEnd)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return lease.Role == LeaseRole.Buyer ? buyerWants(lease) : sellerAgrees(lease);
    }
}
