using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Traders;

/// <summary>This node's own orders: builds, proves, signs and submits them to all n brokers, and follows them to their end.</summary>
/// <remarks>
/// A core without I/O. An order's sequence and record are durable before any broker sees it, so no sequence is ever used twice.
/// Parts: Bundling, Submitting, Journal. Matches themselves are the settlement cores' business; they tell here what stands and what fell.
/// </remarks>
public sealed partial class TraderOrders
{
    private readonly Func<MarketId, MarketRules?> _rules;
    private readonly TraderOptions _options;
    private readonly ISigner _signer;
    private readonly Dictionary<OfferId, Order> _orders = [];

    // Orders whose life has not ended: of all remembered ones, the few that wait for a time. Asked for with every event.
    private readonly List<Order> _unfinished = [];
    private readonly Dictionary<MarketId, EpochConfig> _configs = [];
    private readonly Dictionary<long, (Order Order, ParticipantId Broker, bool IsCancel)> _submitting = [];
    private readonly Dictionary<long, (Order Order, bool IsCancel)> _appending = [];
    private readonly HashSet<MarketId> _searching = [];
    private readonly Queue<TraderEffect> _effects = [];
    private ulong _lastSequence;
    private ulong _jumpedTo;
    private long _lastNumber;

    /// <param name="rules">The rules of a market that this node knows; null for another.</param>
    public TraderOrders(Func<MarketId, MarketRules?> rules, TraderOptions options, ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_rules, _options, _signer) = (rules, options, signer);
    }

    /// <summary>Whether the machine could serve these asks of this node together; by default it always could.</summary>
    public Func<Instant, IReadOnlyCollection<Offer>, bool> CanOffer { private get; init; } = (_, _) => true;

    /// <summary>All remembered orders, latest first.</summary>
    public IEnumerable<Order> Orders => _orders.Values.OrderByDescending(order => order.Offer.Sequence);

    /// <summary>Orders that can still match, in the order in which they were made or came to life again; asked for often.</summary>
    public IEnumerable<Order> OpenOrders => _unfinished.Where(order => !order.IsOver);

    public Order? Find(OfferId id) => _orders.GetValueOrDefault(id);

    /// <summary>The accepted broker set of a market; null while none is known.</summary>
    public EpochConfig? ConfigOf(MarketId market) => _configs.GetValueOrDefault(market);

    /// <summary>The journal was lost in part, and no offer is made before this; null where it was always whole.</summary>
    public Instant? RecoveringUntil { get; private set; }

    /// <summary>When <see cref="OnTimer"/> wants to be called.</summary>
    public Instant? NextTimer
    {
        get
        {
            Instant? next = null;
            foreach (var order in _unfinished)
            {
                if (order.IsOver && order.CancelSubmission.RetryAt is null) continue;
                Take(order.Submission.RetryAt);
                Take(order.CancelSubmission.RetryAt);
                Take(order.End);
            }

            return next;

            void Take(Instant? at)
            {
                if (at is { } instant && (next is not { } soonest || instant < soonest)) next = instant;
            }
        }
    }

    /// <summary>Places an order: checked here as brokers will check it, proven, signed, journaled, then sent.</summary>
    /// <param name="idempotencyKey">A key used before gives the order that it made.</param>
    public OrderOutcome Create(Instant now, OrderTerms terms, string? idempotencyKey = null)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (idempotencyKey?.Length > _options.IdempotencyKeyLength) return Refused(OfferRefusal.Malformed, $"The idempotency key has {idempotencyKey.Length} characters; at most {_options.IdempotencyKeyLength} are allowed.");
        if (!string.IsNullOrEmpty(idempotencyKey) && _orders.Values.FirstOrDefault(order => order.IdempotencyKey == idempotencyKey) is { } same) return new OrderOutcome(same, OfferVerdict.Fine, true);
        var (draft, verdict) = Preview(now, terms);
        if (draft is null || _rules(terms.Market) is not { } rules) return new OrderOutcome(null, verdict);

        var body = OfferRecords.ToBody(draft);
        var offer = draft with { Id = new OfferId(SignedRecords.IdOf(RecordKind.Offer, body.Span).Value) };
        var bits = ProofOfWork.RequiredBits(rules.WorkBits, offer.Quantity);
        if (!ProofOfWork.TrySearch(offer.Id.Value, bits, 0, _options.WorkTries, out var nonce)) return Refused(OfferRefusal.InsufficientWork, $"No proof of {bits} bits was found in {_options.WorkTries} tries.");
        var record = SignedRecords.Sign(rules.Network, RecordKind.Offer, body, _signer);
        record.WorkNonce = nonce;

        _lastSequence++;
        var placed = new Order(offer, record, now, rules.Schedule.EndOf(offer.LastSlot)) { IdempotencyKey = idempotencyKey };
        Remember(placed);
        Append(JournalKind.Order, placed, new JournaledOrder { Order = record, IdempotencyKey = idempotencyKey ?? "", CreatedUnixMs = now.UnixMs }, isCancel: false);
        return new OrderOutcome(placed, OfferVerdict.Fine);
    }

    /// <summary>Cancels an order. What is matched already stands.</summary>
    /// <returns>False where there is no such order or it is over.</returns>
    public bool Cancel(Instant now, OfferId id) => Find(id) is { IsOver: false } order && now < order.End && Withdraw(order);

    public void OnDurable(Instant now, long number)
    {
        if (!_appending.Remove(number, out var done)) return;
        if (done.IsCancel)
        {
            MarkCancelled(now, done.Order, done.Order.Cancel!);
            _effects.Enqueue(new TraderEffect.Withdrawn(done.Order));
            if (now < done.Order.End) Send(now, done.Order, isCancel: true);
        }
        else
        {
            Place(done.Order);
            if (!SendInBundle(now, done.Order) && !done.Order.IsOver) Send(now, done.Order, isCancel: false);
        }
    }

    /// <summary>The journal has failed: an order that is not durable was never placed, a cancel that is not durable never given.</summary>
    /// <returns>The order that it was about; null where nobody waits for the entry.</returns>
    public Order? OnAppendFailed(long number)
    {
        if (!_appending.Remove(number, out var failed)) return null;
        if (failed.IsCancel) failed.Order.Cancel = null;
        else
        {
            Drop(failed.Order);
            LeaveBundle(failed.Order);
        }

        return failed.Order;
    }

    /// <summary>Time passed: what was not answered is sent again, what ended expires.</summary>
    public void OnTimer(Instant now)
    {
        var ended = 0;
        foreach (var order in _unfinished)
        {
            if (!order.IsOver && now >= order.End)
            {
                order.Submission.RetryAt = null;
                Become(order, order.Matched + order.Dropped > 0 && order.Matched + order.Dropped >= order.Offer.Quantity ? OrderState.Filled : OrderState.Expired);
            }

            if (now >= order.End) (order.CancelSubmission.RetryAt, order.CancelSubmission.WaitsForBrokers) = (null, false);
            if (order.Submission.RetryAt <= now && !order.IsOver) Send(now, order, isCancel: false);
            if (order.CancelSubmission.RetryAt <= now) Send(now, order, isCancel: true);
            if (order.IsOver && now >= order.End) ended++;
        }

        if (ended > 0) _unfinished.RemoveAll(order => order.IsOver && now >= order.End);
    }

    /// <summary>A match of an order stands (again): its units count until <see cref="OnMatchFell"/>.</summary>
    public void OnMatched(OfferId offer, Hash256 match, int quantity)
    {
        if (Find(offer) is not { } order || !order.Matches.Add(match)) return;
        order.Matched += quantity;
        // Also one that has ended: its last match is told after its last slot, and after a restart all are.
        if (order.State is OrderState.Open or OrderState.Pending or OrderState.Expired && order.Matched + order.Dropped >= order.Offer.Quantity) order.State = OrderState.Filled;
        _effects.Enqueue(new TraderEffect.Changed(order));
    }

    /// <summary>A match came to nothing.</summary>
    /// <param name="returns">True where the units are in the book again, with their rank.</param>
    public void OnMatchFell(Instant now, OfferId offer, Hash256 match, int quantity, bool returns)
    {
        if (Find(offer) is not { } order || !order.Matches.Remove(match)) return;
        order.Matched -= quantity;
        if (!returns) order.Dropped += quantity;
        if (order.State == OrderState.Filled && order.Matched + order.Dropped < order.Offer.Quantity) order.State = now >= order.End ? OrderState.Expired : OrderState.Open;
        // By a clock that was set back it may have a life again.
        if (!order.IsOver && !_unfinished.Contains(order)) _unfinished.Add(order);
        _effects.Enqueue(new TraderEffect.Changed(order));
    }

    public bool TryTake([NotNullWhen(true)] out TraderEffect? effect) => _effects.TryDequeue(out effect);

    /// <summary>The offer that these terms would make now, without its id, checked as brokers will check it; places nothing.</summary>
    /// <returns>Null with the reason where it would be refused.</returns>
    public (Offer? Offer, OfferVerdict Verdict) Preview(Instant now, OrderTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return Preview(now, terms, _lastSequence + 1, []);
    }

    /// <param name="beside">Offers that are to be placed with this one.</param>
    private (Offer? Offer, OfferVerdict Verdict) Preview(Instant now, OrderTerms terms, ulong sequence, IReadOnlyList<Offer> beside)
    {
        if (_rules(terms.Market) is not { } rules) return (null, new OfferVerdict(OfferRefusal.UnknownMarket, $"No profile in my catalogue has the market {terms.Market}. See: profile ls."));
        if (IsRecovering(now))
        {
            var seconds = (RecoveringUntil!.Value.UnixMs - now.UnixMs + 999) / 1000;
            return (null, new OfferVerdict(OfferRefusal.Recovering, $"This node lost part of its journal: for {seconds} more seconds it offers nothing, until what it may have forgotten has ended."));
        }

        var offer = Draft(terms, rules.Schedule.NextMatchAt(now), sequence);
        var verdict = OfferRules.Check(offer, rules.OfferLimits, rules.Clearing);
        if (!verdict.IsFine) return (null, verdict);
        if (offer.Side == Side.Ask && !CanOffer(now, [.. OpenOrders.Where(order => order.Offer.Side == Side.Ask).Select(order => order.Offer), .. beside.Where(other => other.Side == Side.Ask), offer]))
        {
            return (null, new OfferVerdict(OfferRefusal.BeyondCapacity, "This machine could not serve it beside its other open asks and its leases. Cancel an ask, or wait for a lease to end."));
        }

        var open = OpenOrders.Count(order => order.Offer.Market == terms.Market) + beside.Count(other => other.Market == terms.Market);
        return open < rules.OpenOffers
            ? (offer, verdict)
            : (null, new OfferVerdict(OfferRefusal.TooManyOpen, $"You have {open} open orders in this market; {rules.OpenOffers} are allowed. Cancel one, or let one end."));
    }

    private Offer Draft(OrderTerms terms, Slot first, ulong sequence) => new()
    {
        Id = default,
        Owner = _signer.Id,
        Sequence = sequence,
        Market = terms.Market,
        Side = terms.Side,
        LimitPrice = terms.LimitPrice,
        Quantity = terms.Quantity,
        MinimumFill = terms.MinimumFill,
        LeaseTermMinutes = terms.LeaseTermMinutes,
        FirstSlot = first,
        LastSlot = first.Plus(Math.Max(1, terms.LifeSlots) - 1),
        Attributes = terms.Attributes,
        Constraints = terms.Constraints,
        Distinct = terms.Distinct,
        Group = terms.Group,
        Addresses = terms.Addresses,
    };

    private void Become(Order order, OrderState state)
    {
        if (order.State == state) return;
        order.State = state;
        _effects.Enqueue(new TraderEffect.Changed(order));
    }

    private void Drop(Order order)
    {
        _orders.Remove(order.Offer.Id);
        _unfinished.Remove(order);
    }

    private void Remember(Order order)
    {
        if (_orders.Count >= _options.Orders && _orders.Values.Where(old => old.IsOver).MinBy(old => old.Offer.Sequence) is { } oldest) Drop(oldest);
        if (_orders.TryGetValue(order.Offer.Id, out var known)) _unfinished.Remove(known);
        _orders[order.Offer.Id] = order;
        _unfinished.Add(order);
    }

    private static OrderOutcome Refused(OfferRefusal reason, string detail) => new(null, new OfferVerdict(reason, detail));
}
