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
/// Matches themselves are the settlement cores' business; they tell here what stands and what fell.
/// </remarks>
public sealed class TraderOrders
{
    private readonly Func<MarketId, MarketRules?> _rules;
    private readonly TraderOptions _options;
    private readonly ISigner _signer;
    private readonly Dictionary<OfferId, Order> _orders = [];
    private readonly Dictionary<MarketId, EpochConfig> _configs = [];
    private readonly Dictionary<long, (Order Order, ParticipantId Broker, bool IsCancel)> _submitting = [];
    private readonly Dictionary<long, (Order Order, bool IsCancel)> _appending = [];
    private readonly HashSet<MarketId> _searching = [];
    private readonly Queue<TraderEffect> _effects = [];
    private ulong _lastSequence;
    private long _lastNumber;

    /// <param name="rules">The rules of a market that this node knows; null for another.</param>
    public TraderOrders(Func<MarketId, MarketRules?> rules, TraderOptions options, ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_rules, _options, _signer) = (rules, options, signer);
    }

    /// <summary>All remembered orders, latest first.</summary>
    public IEnumerable<Order> Orders => _orders.Values.OrderByDescending(order => order.Offer.Sequence);

    public Order? Find(OfferId id) => _orders.GetValueOrDefault(id);

    /// <summary>The accepted broker set of a market; null while none is known.</summary>
    public EpochConfig? ConfigOf(MarketId market) => _configs.GetValueOrDefault(market);

    /// <summary>When <see cref="OnTimer"/> wants to be called.</summary>
    public Instant? NextTimer
    {
        get
        {
            Instant? next = null;
            foreach (var order in _orders.Values.Where(order => !order.IsOver || order.CancelSubmission.RetryAt is not null))
            {
                foreach (var at in new[] { order.Submission.RetryAt, order.CancelSubmission.RetryAt, EndOf(order) })
                {
                    if (at is { } instant && (next is not { } soonest || instant < soonest)) next = instant;
                }
            }

            return next;
        }
    }

    /// <summary>Takes orders back in from the journal; called once, first.</summary>
    /// <param name="afterDamage">The journal was damaged or restored from a copy: sequences jump by 2^32, so that none is used twice.</param>
    public void Restore(Instant now, IEnumerable<JournalEntry> entries, bool afterDamage = false)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in entries)
        {
            if (entry.Kind == JournalKind.Order) RestoreOrder(now, Record.Parser.ParseFrom(entry.Payload));
            else if (entry.Kind == JournalKind.OrderCancelled && Find(new OfferId(entry.Key)) is { } cancelled) MarkCancelled(now, cancelled, Record.Parser.ParseFrom(entry.Payload));
        }

        if (afterDamage) _lastSequence += 1UL << 32;
    }

    /// <summary>Places an order: checked here as brokers will check it, proven, signed, journaled, then sent.</summary>
    /// <param name="idempotencyKey">A key used before gives the order that it made.</param>
    public OrderOutcome Create(Instant now, OrderTerms terms, string? idempotencyKey = null)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (idempotencyKey is not null && _orders.Values.FirstOrDefault(order => order.IdempotencyKey == idempotencyKey) is { } same) return new OrderOutcome(same, OfferVerdict.Fine, true);
        if (_rules(terms.Market) is not { } rules) return Refused(OfferRefusal.UnknownMarket, $"No profile in my catalogue has the market {terms.Market}. See: profile ls.");

        var first = rules.Schedule.SlotAt(now);
        var draft = Draft(terms, first, _lastSequence + 1);
        var body = OfferRecords.ToBody(draft);
        var offer = draft with { Id = new OfferId(SignedRecords.IdOf(RecordKind.Offer, body.Span).Value) };
        var verdict = OfferRules.Check(offer, rules.OfferLimits, rules.Clearing);
        if (!verdict.IsFine) return new OrderOutcome(null, verdict);
        var open = _orders.Values.Count(order => !order.IsOver && order.Offer.Market == terms.Market);
        if (open >= rules.OpenOffers) return Refused(OfferRefusal.TooManyOpen, $"You have {open} open orders in this market; {rules.OpenOffers} are allowed. Cancel one, or let one end.");

        var bits = ProofOfWork.RequiredBits(rules.WorkBits, offer.Quantity);
        if (!ProofOfWork.TrySearch(offer.Id.Value, bits, 0, _options.WorkTries, out var nonce)) return Refused(OfferRefusal.InsufficientWork, $"No proof of {bits} bits was found in {_options.WorkTries} tries.");
        var record = SignedRecords.Sign(rules.Network, RecordKind.Offer, body, _signer);
        record.WorkNonce = nonce;

        _lastSequence++;
        var placed = new Order(offer, record, now) { IdempotencyKey = idempotencyKey };
        Remember(placed);
        Append(JournalKind.Order, offer.Id.Value, record, placed, isCancel: false);
        return new OrderOutcome(placed, OfferVerdict.Fine);
    }

    /// <summary>Cancels an order. What is matched already stands.</summary>
    /// <returns>False where there is no such order or it is over.</returns>
    public bool Cancel(Instant now, OfferId id)
    {
        if (Find(id) is not { IsOver: false, Cancel: null } order || _rules(order.Offer.Market) is not { } rules) return false;
        var body = new CancelBody { Offer = order.Record.Body }.ToByteString();
        var cancel = SignedRecords.Sign(rules.Network, RecordKind.Cancel, body, _signer);
        var cancelId = SignedRecords.IdOf(cancel).Value;
        if (!ProofOfWork.TrySearch(cancelId, ProofOfWork.RequiredBits(rules.WorkBits, 1), 0, _options.WorkTries, out var nonce)) return false;
        cancel.WorkNonce = nonce;
        order.Cancel = cancel;
        Append(JournalKind.OrderCancelled, id.Value, cancel, order, isCancel: true);
        return true;
    }

    public void OnDurable(Instant now, long number)
    {
        if (!_appending.Remove(number, out var done)) return;
        if (done.IsCancel)
        {
            MarkCancelled(now, done.Order, done.Order.Cancel!);
            _effects.Enqueue(new TraderEffect.Withdrawn(done.Order));
            Send(now, done.Order, isCancel: true);
        }
        else
        {
            _effects.Enqueue(new TraderEffect.Placed(done.Order));
            Send(now, done.Order, isCancel: false);
        }
    }

    /// <summary>The market's accepted broker set; orders that waited for it go out.</summary>
    public void OnConfig(Instant now, EpochConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        _configs[config.Market] = config;
        _searching.Remove(config.Market);
        foreach (var order in _orders.Values.Where(order => order.Offer.Market == config.Market).ToArray()) Resume(now, order);
    }

    /// <summary>No broker set was found; the search is repeated with the next retry.</summary>
    public void OnNoConfig(Instant now, MarketId market)
    {
        _searching.Remove(market);
        foreach (var order in _orders.Values.Where(order => order.Offer.Market == market && order.State == OrderState.Pending)) Later(now, order.Submission);
    }

    /// <summary>A broker's answer to a <see cref="TraderEffect.Submit"/>; null where there was none.</summary>
    public void OnSubmitted(Instant now, long number, SubmitResult? result)
    {
        if (!_submitting.Remove(number, out var sent)) return;
        var submission = sent.IsCancel ? sent.Order.CancelSubmission : sent.Order.Submission;
        submission.UnderWay.Remove(sent.Broker);
        if (result?.Receipt is { } receipt)
        {
            submission.Receipts.Add(sent.Broker);
            submission.Refusals.Remove(sent.Broker);
            if (!sent.IsCancel) NoteRank(sent.Order, receipt);
        }
        else if (result?.Refusal is { } refusal)
        {
            submission.Refusals[sent.Broker] = refusal;
            if (IsPassing(refusal.Reason)) Later(now, submission, refusal.RetryAfterMs);
        }
        else
        {
            Later(now, submission);
        }

        if (!sent.IsCancel) Judge(sent.Order);
    }

    /// <summary>Time passed: what was not answered is sent again, what ended expires.</summary>
    public void OnTimer(Instant now)
    {
        foreach (var order in _orders.Values.ToArray())
        {
            if (!order.IsOver && now >= EndOf(order))
            {
                order.Submission.RetryAt = null;
                Become(order, order.Matched + order.Dropped > 0 && order.Matched + order.Dropped >= order.Offer.Quantity ? OrderState.Filled : OrderState.Expired);
            }

            if (order.CancelSubmission.RetryAt is not null && now >= EndOf(order)) order.CancelSubmission.RetryAt = null;
            if (order.Submission.RetryAt <= now || order.CancelSubmission.RetryAt <= now) Resume(now, order);
        }
    }

    /// <summary>A match of an order stands (again): its units count until <see cref="OnMatchFell"/>.</summary>
    public void OnMatched(OfferId offer, Hash256 match, int quantity)
    {
        if (Find(offer) is not { } order || !order.Matches.Add(match)) return;
        order.Matched += quantity;
        if (order.State is OrderState.Open or OrderState.Pending && order.Matched + order.Dropped >= order.Offer.Quantity) order.State = OrderState.Filled;
        _effects.Enqueue(new TraderEffect.Changed(order));
    }

    /// <summary>A match came to nothing.</summary>
    /// <param name="returns">True where the units are in the book again, with their rank.</param>
    public void OnMatchFell(Instant now, OfferId offer, Hash256 match, int quantity, bool returns)
    {
        if (Find(offer) is not { } order || !order.Matches.Remove(match)) return;
        order.Matched -= quantity;
        if (!returns) order.Dropped += quantity;
        if (order.State == OrderState.Filled && order.Matched + order.Dropped < order.Offer.Quantity) order.State = now >= EndOf(order) ? OrderState.Expired : OrderState.Open;
        _effects.Enqueue(new TraderEffect.Changed(order));
    }

    public bool TryTake([NotNullWhen(true)] out TraderEffect? effect) => _effects.TryDequeue(out effect);

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

    private void RestoreOrder(Instant now, Record record)
    {
        if (!OfferRecords.TryParse(record.Body, out var offer)) throw new InvalidOperationException("A journaled order does not parse although its checksum holds.");
        _lastSequence = Math.Max(_lastSequence, offer.Sequence);
        if (_rules(offer.Market) is null) return;
        var order = new Order(offer, record, now);
        Remember(order);
        if (now >= EndOf(order)) order.State = OrderState.Expired;
        else order.Submission.RetryAt = now;
        _effects.Enqueue(new TraderEffect.Placed(order));
    }

    private void MarkCancelled(Instant now, Order order, Record cancel)
    {
        order.Cancel = cancel;
        order.Submission.RetryAt = null;
        if (now < EndOf(order)) order.CancelSubmission.RetryAt = now;
        Become(order, OrderState.Cancelled);
    }

    private void Resume(Instant now, Order order)
    {
        if (order.State is OrderState.Pending or OrderState.Open && order.Cancel is null) Send(now, order, isCancel: false);
        if (order.State == OrderState.Cancelled && order.CancelSubmission.RetryAt is not null) Send(now, order, isCancel: true);
    }

    private void Send(Instant now, Order order, bool isCancel)
    {
        var submission = isCancel ? order.CancelSubmission : order.Submission;
        submission.RetryAt = null;
        if (!_configs.TryGetValue(order.Offer.Market, out var config))
        {
            if (_searching.Add(order.Offer.Market)) _effects.Enqueue(new TraderEffect.FindBrokers(order.Offer.Market));
            return;
        }

        foreach (var member in config.Members)
        {
            if (submission.Receipts.Contains(member.Peer) || submission.UnderWay.Contains(member.Peer)) continue;
            if (submission.Refusals.TryGetValue(member.Peer, out var refusal) && !IsPassing(refusal.Reason)) continue;
            submission.UnderWay.Add(member.Peer);
            _submitting.Add(++_lastNumber, (order, member.Peer, isCancel));
            _effects.Enqueue(new TraderEffect.Submit(_lastNumber, order.Offer.Market, member, isCancel ? order.Cancel! : order.Record));
        }
    }

    /// <summary>"Submission goes to all n brokers and is done at f + 1 receipts."</summary>
    private void Judge(Order order)
    {
        if (order.State != OrderState.Pending || !_configs.TryGetValue(order.Offer.Market, out var config)) return;
        var final = order.Submission.Refusals.Values.Where(refusal => !IsPassing(refusal.Reason)).ToArray();
        if (order.Submission.Receipts.Count >= config.Quorum.OneHonest)
        {
            Become(order, OrderState.Open);
        }
        else if (config.Members.Count - final.Length < config.Quorum.OneHonest)
        {
            order.Refusal = final.GroupBy(refusal => refusal.Reason).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().First();
            order.Submission.RetryAt = null;
            Become(order, OrderState.Refused);
        }
    }

    /// <summary>Refusals that time heals; the broker is asked again.</summary>
    private static bool IsPassing(RefusalReason reason) => reason is RefusalReason.RateLimited or RefusalReason.NotBroker;

    private void NoteRank(Order order, Record receipt)
    {
        if (!StrictParser.TryParse(OfferReceiptBody.Parser, receipt.Body, out var body) || body.Rank == 0) return;
        var rank = (int)Math.Min(int.MaxValue, body.Rank);
        order.Rank = order.Rank == 0 ? rank : Math.Min(order.Rank, rank);
    }

    private void Later(Instant now, Submission submission, long atLeastMs = 0)
    {
        var wait = Math.Min(_options.LongestRetryMs, _options.RetryMs << Math.Min(10, submission.Attempts++));
        submission.RetryAt = now.PlusMs(Math.Max(wait, atLeastMs));
    }

    private void Become(Order order, OrderState state)
    {
        if (order.State == state) return;
        order.State = state;
        _effects.Enqueue(new TraderEffect.Changed(order));
    }

    private Instant EndOf(Order order) => _rules(order.Offer.Market) is { } rules ? rules.Schedule.EndOf(order.Offer.LastSlot) : order.Created;

    private void Remember(Order order)
    {
        if (_orders.Count >= _options.Orders && _orders.Values.Where(old => old.IsOver).MinBy(old => old.Offer.Sequence) is { } oldest) _orders.Remove(oldest.Offer.Id);
        _orders[order.Offer.Id] = order;
    }

    private void Append(JournalKind kind, Hash256 key, Record record, Order order, bool isCancel)
    {
        _appending.Add(++_lastNumber, (order, isCancel));
        _effects.Enqueue(new TraderEffect.Append(_lastNumber, new JournalEntry(kind, key, record.ToByteArray())));
    }

    private static OrderOutcome Refused(OfferRefusal reason, string detail) => new(null, new OfferVerdict(reason, detail));
}
