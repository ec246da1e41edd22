using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Checking;

namespace HyphaMarket.Simulation.Economics.Brokers;

/// <summary>Writes down the leases that buyers open and the slots that are certified; it promises nothing.</summary>
internal sealed class ObservedTrades : Invariant
{
    private readonly List<ObservedTrade> _trades = [];
    private readonly HashSet<Hash256> _matches = [];
    private readonly HashSet<Slot> _slots = [];
    private bool _countsSlots;

    public override string Name => "observes trades";

    /// <summary>Leases of this period.</summary>
    public IReadOnlyList<ObservedTrade> Trades => _trades;

    /// <summary>Slots with a certificate, of all periods, while offers stood.</summary>
    public int CertifiedSlots => _slots.Count;

    public void Begin()
    {
        _trades.Clear();
        _countsSlots = true;
    }

    public void StopCountingSlots() => _countsSlots = false;

    public override void OnCertified(IObservedNode broker, CertifiedSlot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (_countsSlots) _slots.Add(slot.Result.Slot);
    }

    public override void OnLeaseOpened(IObservedNode owner, Lease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        if (lease.Role != LeaseRole.Buyer || !_matches.Add(lease.Match.Match)) return;
        _trades.Add(new ObservedTrade(lease.Match.Buyer, lease.Match.Seller, lease.Match.Terms.BuyPriceMicros, lease.Match.Terms.SellPriceMicros));
    }
}
