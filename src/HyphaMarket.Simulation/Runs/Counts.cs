using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Checking;

namespace HyphaMarket.Simulation.Runs;

/// <summary>Counts what honest nodes come to; it promises nothing.</summary>
internal sealed class Counts : Invariant
{
    private readonly HashSet<Slot> _slots = [];
    private readonly HashSet<Hash256> _leases = [];

    public override string Name => "counts";

    /// <summary>Slots with a certificate.</summary>
    public int Slots => _slots.Count;

    /// <summary>Leases that buyers hold or held.</summary>
    public int Leases => _leases.Count;

    public override void OnCertified(IObservedNode broker, CertifiedSlot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        _slots.Add(slot.Result.Slot);
    }

    public override void OnLeaseOpened(IObservedNode owner, Lease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        if (lease.Role == LeaseRole.Buyer) _leases.Add(lease.Match.Match);
    }
}
