using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>The buyer's side: from a certified fill to a signed lease, within the budget.</summary>
/// <remarks>
/// The buyer is bound by a signed lease only. Its activation is journaled before it is sent, and from then on it asks (with growing pauses, across restarts)
/// until it has the lease or a release, or until any lease there might be is over.
/// </remarks>
public sealed partial class SchedulerSettlement
{
    private readonly SettlementRuntime _runtime;
    private readonly LeaseBook _leases;
    private readonly MatchBook<Purchase> _purchases = new(purchase => purchase.Match.Bid);
    private readonly TimerSet<Hash256> _timers = new();
    private readonly Dictionary<MarketId, long> _marketBudgets = [];

    internal SchedulerSettlement(SettlementRuntime runtime, LeaseBook leases)
    {
        (_runtime, _leases) = (runtime, leases);
        BudgetMicros = runtime.Options.BudgetMicros;
        foreach (var (market, micros) in runtime.Options.MarketBudgets) _marketBudgets[market] = micros;
    }

    /// <summary>The matches remembered, by match id.</summary>
    public IReadOnlyCollection<Purchase> Purchases => _purchases.Values;

    /// <summary>The hard limit of what all purchases may cost together; a smaller one stops new purchases and ends nothing.</summary>
    public long BudgetMicros { get; private set; }

    /// <summary>What is spent or may still be asked for: claims under way, leases at their agreed term, ended leases at what was receipted; micro-credits.</summary>
    public Int128 CommittedMicros => _purchases.Values.Where(purchase => purchase.IsOpen).Aggregate(_leases.BuyerCommitment, (sum, purchase) => sum + purchase.Cost);

    /// <summary>The part of <see cref="CommittedMicros"/> that is of one market; micro-credits.</summary>
    public Int128 CommittedIn(MarketId market) => _purchases.Values.Where(purchase => purchase.IsOpen && purchase.Match.Market == market).Aggregate(_leases.BuyerCommitmentIn(market), (sum, purchase) => sum + purchase.Cost);

    /// <summary>What may still be committed in a market, by its own budget and by that of all; below zero where a budget was lowered.</summary>
    public Int128 LeftIn(MarketId market)
    {
        var left = BudgetMicros - CommittedMicros;
        return _marketBudgets.TryGetValue(market, out var micros) ? Int128.Min(left, micros - CommittedIn(market)) : left;
    }

    public Instant? NextTimer => _timers.Next;

    public Purchase? Find(Hash256 match) => _purchases.Find(match);

    /// <summary>Units of the bid that are spent: on claims, leases, and matches that this node let down.</summary>
    public int TakenOf(OfferId bid) => (int)Math.Min(int.MaxValue, _purchases.Of(bid).Where(purchase => purchase.TakesQuantity).Sum(purchase => (long)purchase.Match.Quantity));

    internal IEnumerable<MatchStanding> Standings =>
    [
        .. _purchases.Values.Where(purchase => purchase.TakesQuantity)
            .Select(purchase => new MatchStanding(purchase.Match.Bid, purchase.Match.Match, purchase.Match.Quantity, purchase.State != PurchaseState.Failed)),
        .. _leases.Leases.Where(lease => lease.Role == LeaseRole.Buyer && !_purchases.Contains(lease.Match.Match))
            .Select(lease => new MatchStanding(lease.Match.Bid, lease.Match.Match, lease.Match.Quantity, true)),
    ];

    /// <summary>The journal is not whole: the bid may be spent, so nothing that is not signed yet is signed. What was signed is asked about on and on, as always.</summary>
    internal void DropClaims()
    {
        foreach (var purchase in _purchases.Values.Where(purchase => purchase.State == PurchaseState.Claiming).ToArray()) Fail(purchase, null, PurchaseDeclineCodes.Recovering, bidReturns: true);
    }

    /// <exception cref="ArgumentOutOfRangeException">Below zero.</exception>
    public void SetBudget(long micros)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(micros);
        BudgetMicros = micros;
    }

    /// <summary>Sets the hard limit of one market's purchases, beside that of all; what is committed stays.</summary>
    /// <param name="micros">Micro-credits; null takes the market's own limit away.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below zero.</exception>
    public void SetBudget(MarketId market, long? micros)
    {
        if (micros is not { } limit)
        {
            _marketBudgets.Remove(market);
            return;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(limit, nameof(micros));
        _marketBudgets[market] = limit;
    }

    /// <summary>Asks again where no answer came, gives up what is too late, forgets what is long over.</summary>
    public void OnTimer(Instant now)
    {
        now = _runtime.Clock.Advance(now);
        while (_timers.TryTakeDue(now, out var match)) Step(now, _purchases[match]);
    }

    private void Step(Instant now, Purchase purchase)
    {
        switch (purchase.State)
        {
            case PurchaseState.Claiming when now >= purchase.Deadline:
                _runtime.Strikes.Add(now, purchase.Match.Seller);
                Fail(purchase, null, "not-accepted", bidReturns: true);
                break;
            case PurchaseState.Activated when now >= purchase.AbandonAt:
                Close(purchase, null, "abandoned", bidReturns: false);
                break;
            case PurchaseState.Declining when now >= purchase.Deadline:
                MarkFailed(purchase, null, bidReturns: true);
                break;
            case PurchaseState.Claiming or PurchaseState.Activated or PurchaseState.Declining:
                if (purchase.IsAwaiting) Retry(now, purchase);
                else Ask(now, purchase);
                break;
            case PurchaseState.Settled or PurchaseState.Failed:
                Forget(purchase);
                break;
            default:
                throw new InvalidOperationException($"A purchase cannot be {purchase.State}.");
        }
    }

    /// <summary>Sends the next request and waits for its answer.</summary>
    private void Ask(Instant now, Purchase purchase)
    {
        purchase.Attempt++;
        purchase.IsAwaiting = true;
        var request = new SettleRequest { Network = Google.Protobuf.ByteString.CopyFrom(_runtime.Keys.Network.Value.ToArray()) };
        if (purchase.State == PurchaseState.Activated) (request.Activate, request.Accepted) = (purchase.Activated, purchase.Accepted);
        else if (purchase.State == PurchaseState.Declining) request.Decline = purchase.Decline;
        else request.Claim = purchase.Claim;
        _runtime.Outbox.EmitAfter(purchase.Entry, new SettlementEffect.AskSeller(purchase.Match.Match, purchase.Attempt, purchase.Match.Seller, purchase.SellerAddresses, request));
        SetTimer(purchase, now.PlusMs(_runtime.Options.ReplyTimeoutMs));
    }

    /// <summary>Nothing came of the last try: pause, longer each time.</summary>
    private void Retry(Instant now, Purchase purchase)
    {
        purchase.Failures++;
        purchase.IsAwaiting = false;
        SetTimer(purchase, now.PlusMs(_runtime.Options.BackoffMs(purchase.Failures)));
    }

    private void SetTimer(Purchase purchase, Instant at)
    {
        var end = purchase.State == PurchaseState.Activated ? purchase.AbandonAt : purchase.Deadline;
        _timers.Set(purchase.Match.Match, at < end ? at : end);
    }

    private void Forget(Purchase purchase)
    {
        _purchases.Remove(purchase.Match.Match);
        _runtime.Outbox.Emit(new SettlementEffect.Forget(Journal.JournalKind.PurchaseActivated, purchase.Match.Match));
        _runtime.Outbox.Emit(new SettlementEffect.Forget(Journal.JournalKind.PurchaseClosed, purchase.Match.Match));
    }

    private void Misbehaved(Purchase purchase, string detail) =>
        _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.CounterpartyMisbehaved(purchase.Match.Match, purchase.Match.Seller, detail)));
}
