using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>The seller's owner ledger: the only place where this node's capacity can be spent, whatever brokers certify.</summary>
/// <remarks>
/// A reservation, a lease and a release are journaled before they are signed away: each leaves only when its entry is durable. A match has one answer,
/// the same for every repeat and across restarts: accepted, then settled or released, never both.
/// </remarks>
public sealed partial class WorkerSettlement
{
    private readonly SettlementRuntime _runtime;
    private readonly ICapacity _capacity;
    private readonly LeaseBook _leases;
    private readonly MatchBook<Sale> _sales = new(sale => sale.Match.Ask);
    private readonly TimerSet<Hash256> _timers = new();

    internal WorkerSettlement(SettlementRuntime runtime, ICapacity capacity, LeaseBook leases) => (_runtime, _capacity, _leases) = (runtime, capacity, leases);

    /// <summary>The matches remembered, by match id.</summary>
    public IReadOnlyCollection<Sale> Sales => _sales.Values;

    public Instant? NextTimer => _timers.Next;

    public Sale? Find(Hash256 match) => _sales.Find(match);

    /// <summary>Units of the ask that are reserved or were leased: what is left of its quantity is the rest.</summary>
    public int TakenOf(OfferId ask) => (int)Math.Min(int.MaxValue, _sales.Of(ask).Where(sale => sale.TakesQuantity).Sum(sale => (long)sale.Match.Quantity));

    /// <summary>Everything promised of the machine at this moment and later: reservations, and leases until their end.</summary>
    public IReadOnlyList<CapacityUse> Commitments(Instant now) =>
    [
        .. _sales.Values.Where(sale => sale.State == SaleState.Reserved)
            .Select(sale => new CapacityUse(sale.Match.Market, sale.Match.Quantity, StartOf(now, sale.Match, sale.TermMinutes, sale.LongestTermMinutes), sale.Until, sale.Standing)),
        .. _leases.SoldUses(now),
    ];

    internal IEnumerable<MatchStanding> Standings =>
    [
        .. _sales.Values.Where(sale => sale.TakesQuantity || (sale.State == SaleState.Released && sale.Accepted is null))
            .Select(sale => new MatchStanding(sale.Match.Ask, sale.Match.Match, sale.Match.Quantity, sale.TakesQuantity)),
        .. _leases.Leases.Where(lease => lease.Role == LeaseRole.Seller && !_sales.Contains(lease.Match.Match))
            .Select(lease => new MatchStanding(lease.Match.Ask, lease.Match.Match, lease.Match.Quantity, true)),
    ];

    /// <summary>Whether the machine could serve all these asks, should they fill at once, beside what is reserved and leased.</summary>
    /// <remarks>"A worker's own node (nobody else can) keeps live asks and leases within its machine over all profiles; offers of one group count once, at their largest."</remarks>
    /// <param name="live">Asks that may still match, a new one among them.</param>
    public bool CanOffer(Instant now, IReadOnlyCollection<Offer> live)
    {
        ArgumentNullException.ThrowIfNull(live);
        var offered = live.GroupBy(ask => ask.Group.IsEmpty ? ask.Id.Value : Hash256.Of(ask.Group.Span)).Select(group =>
        {
            // Of a group of which one has filled, only that one can fill further.
            var filled = group.FirstOrDefault(ask => TakenOf(ask.Id) > 0);
            return (IReadOnlyCollection<OfferedUnits>)[.. group.Where(ask => filled is null || ask.Id == filled.Id).Select(ask => new OfferedUnits(ask.Market, ask.Quantity - TakenOf(ask.Id)))];
        });
        return _capacity.FitsTogether(Commitments(now), [.. offered]);
    }

    /// <summary>Lapses what was not activated in time and forgets what nobody asks about any more.</summary>
    public void OnTimer(Instant now)
    {
        now = _runtime.Clock.Advance(now);
        while (_timers.TryTakeDue(now, out var match))
        {
            var sale = _sales[match];
            if (sale.State == SaleState.Reserved && now >= sale.Deadline) Lapse(sale);
            else if (now >= sale.ForgetAt) Forget(sale, now);
            else Schedule(sale);
        }
    }

    /// <summary>
    /// The journal is not whole: a match that it has as reserved may have been settled since, or released. Nothing more is signed about it, and as nothing
    /// else is promised until its deadline is long over, its units need no keeping.
    /// </summary>
    internal void DropReservations()
    {
        foreach (var sale in _sales.Values.Where(sale => sale.State == SaleState.Reserved).ToArray())
        {
            _timers.Remove(sale.Match.Match);
            _sales.Remove(sale.Match.Match);
        }
    }

    /// <summary>Whether a lease could keep its units until the later end.</summary>
    internal bool CanExtend(Instant now, Lease lease, Instant newEnd)
    {
        var others = Commitments(now).Where(use => use.Source != lease.Id).ToArray();
        return _capacity.Fits(others, new CapacityUse(lease.Match.Market, lease.Match.Quantity, now, newEnd, lease.Id));
    }

    /// <summary>When an activation at this moment would begin to take the units.</summary>
    private Instant StartOf(Instant now, MatchSummary match, int termMinutes, int longestTermMinutes) =>
        _runtime.Delivery.SpanOf(match.Market, match.Slot, now, termMinutes, longestTermMinutes).Start;

    private void Schedule(Sale sale) => _timers.Set(sale.Match.Match, sale.State == SaleState.Reserved ? sale.Deadline : sale.ForgetAt);

    private void Forget(Sale sale, Instant now)
    {
        // A lease outlives its match when it is renewed; while it runs, its sale answers repeats.
        if (_leases.FindByMatch(sale.Match.Match, LeaseRole.Seller) is { } lease && now < lease.CommittedEnd.PlusMs(_runtime.Options.RetentionMs))
        {
            _timers.Set(sale.Match.Match, lease.CommittedEnd.PlusMs(_runtime.Options.RetentionMs));
            return;
        }

        // The lease's own entry stays: it is history and account.
        _sales.Remove(sale.Match.Match);
        _runtime.Outbox.Emit(new SettlementEffect.Forget(Journal.JournalKind.SaleReserved, sale.Match.Match));
        _runtime.Outbox.Emit(new SettlementEffect.Forget(Journal.JournalKind.SaleReleased, sale.Match.Match));
    }

    private void Refuse(long requestId, string code, string detail) => _runtime.Outbox.Emit(
        new SettlementEffect.Respond(requestId, new SettleResponse { Refused = new SettleRefusal { Code = code, Detail = detail } }));

    private static SettlementEffect.Publish Publication(Sale sale, Record record) => new(sale.Match.Market, record);
}
