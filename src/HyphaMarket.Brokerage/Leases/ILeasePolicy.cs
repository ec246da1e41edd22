using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Leases;

/// <summary>This node's will about renewals; both sides must consent.</summary>
public interface ILeasePolicy
{
    /// <summary>Whether to ask the other side for a later end; called once at two thirds of the present term.</summary>
    bool WantsRenewal(Instant now, Lease lease, Instant newEnd);

    /// <summary>Whether to agree when the other side asks. Capacity and budget are checked besides.</summary>
    bool AgreesToRenewal(Instant now, Lease lease, Instant newEnd);
}
