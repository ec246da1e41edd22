using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.World;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Nodes;

/// <summary>An owner: the real cores of orders, settlement and leases, with a driver like the daemon's and a will drawn from the seed.</summary>
public sealed class TraderNode : SimulatedNode
{
    private readonly Dictionary<long, Exchange> _settleRequests = [];
    private readonly Dictionary<long, Exchange> _leaseRequests = [];
    private readonly HashSet<Hash256> _fills = [];
    /// <summary>Certificates of its own fills of the last minutes: streams tell those of a few slots anew.</summary>
    private const int MostTold = 64;

    private readonly HashSet<FillCertificate> _told = new(ReferenceEqualityComparer.Instance);
    private TraderOrders? _orders;
    private SettlementCore? _settlement;
    private EpochClient? _sets;
    private Instant _brokersHeard;
    private Instant _nextOrder;

    public TraderNode(SimulatedMarket market, int number, Side side, int units)
        : base(market, number, $"{(side == Side.Ask ? "worker" : "scheduler")}-{number}")
    {
        (Side, Units) = (side, units);
    }

    /// <summary>Another process with the same key on a machine like the first one's.</summary>
    internal TraderNode(TraderNode twin, int number)
        : base(twin.Market, number, twin.Name)
    {
        (Side, Units) = (twin.Side, twin.Units);
    }

    /// <summary>A worker asks, a scheduler bids.</summary>
    public Side Side { get; }

    /// <summary>Units of the market that its machine has.</summary>
    public override int Units { get; }

    /// <summary>Micro-credits that it may owe at once: every third buyer has enough for two or three leases, the others for all.</summary>
    private long Budget => Side == Side.Ask ? 0 : Number % 3 == 0 ? 12_000 : long.MaxValue / 4;

    /// <summary>It places orders; in the end phase nobody does.</summary>
    public bool IsTrading { get; set; } = true;

    /// <summary>Where positive, it keeps so many offers in the book that cross with none, and does not trade.</summary>
    public int StandingOffers { get; set; }

    public TraderOrders? Orders => _orders;

    public SettlementCore? Settlement => _settlement;

    protected override Instant? NextTimer
    {
        get
        {
            Instant? next = IsTrading ? _nextOrder : null;
            foreach (var timer in (ReadOnlySpan<Instant?>)[_orders!.NextTimer, _settlement!.NextTimer])
            {
                if (timer is { } at && (next is null || at < next)) next = at;
            }

            return next;
        }
    }

    /// <summary>A broker certified a slot; it tells those who watch it, of whom this node is one with f + 1 brokers.</summary>
    internal void Told(BrokerNode broker, CertifiedSlot slot)
    {
        if (!Watches(broker)) return;
        for (var i = 0; i < slot.Fills.Count; i++)
        {
            if (!slot.Concerns(i, Id)) continue;
            if (broker.Say(Number, broker.Core!.NoticeOf(slot, i)) is { } notice) Tell(broker, notice);
        }
    }

    /// <summary>A broker's notice on its way to this owner.</summary>
    internal void Tell(BrokerNode broker, FillNotice notice) =>
        Market.Network.Send(broker.Number, Number, new Notice(notice, this));

    internal void Serve(ParticipantId from, SettleRequest request, Exchange exchange)
    {
        var number = NextRequest();
        _settleRequests.Add(number, exchange);
        _settlement!.OnSettleRequest(Clock, from, request, number);
    }

    internal void Serve(ParticipantId from, LeaseRequest request, Exchange exchange)
    {
        var number = NextRequest();
        _leaseRequests.Add(number, exchange);
        _settlement!.Leases.OnRequest(Clock, from, request, number);
    }

    protected override void OnStarted()
    {
        var rules = Market.Rules;
        _sets = new EpochClient(rules.Network, rules.Market, Market.Verifier, acceptsInterregnum: Number % 2 == 0);
        _orders = new TraderOrders(market => market == rules.Market ? rules : null, new TraderOptions(), Keys);
        _settlement = new SettlementCore(
            new SettlementOptions { BudgetMicros = Budget },
            Market.LeaseOptions,
            new SettlementKeys(rules.Network, Keys, Market.Verifier),
            new CertifiedFillVerifier(rules.Network, (id, slot) => _sets?.Find(id, slot), Market.Verifier),
            new SpotDelivery(rules.Schedule),
            MachineCapacity.OfUnits(new Dictionary<MarketId, int> { [rules.Market] = Units }),
            BuyerRenews.Never);
        _orders.Restore(Clock, Disk.Durable);
        _settlement.Restore(Clock, Disk.Durable, Disk.Damage);
        _fills.Clear();
        _told.Clear();
        _nextOrder = Clock.PlusMs(Market.World.Random.Next(4_000));
        Find();
        Later(Watch, Poll);
    }

    protected override void OnCrashed()
    {
        (_orders, _settlement, _sets) = (null, null, null);
        _settleRequests.Clear();
        _leaseRequests.Clear();
    }

    protected override void OnTimer()
    {
        _orders!.OnTimer(Clock);
        _settlement!.OnTimer(Clock);
        if (IsTrading && Clock >= _nextOrder) Trade();
    }

    protected override void CarryOut()
    {
        var more = true;
        while (more && IsUp)
        {
            more = false;
            while (IsUp && _orders!.TryTake(out var effect))
            {
                CarryOut(effect);
                more = true;
            }

            while (IsUp && _settlement!.TryTake(out var effect))
            {
                CarryOut(effect);
                more = true;
            }
        }
    }

    private const long Watch = 3_000;

    /// <summary>A watch stream that broke is opened again and tells the last slots anew.</summary>
    private void Poll()
    {
        if (_sets!.Current is not { } current || Clock.UnixMs - _brokersHeard.UnixMs > Market.EpochOptions.EpochMs) Find();
        else
        {
            Follow(current);
            var since = new Slot(Math.Max(0, Market.Rules.Schedule.SlotAt(Clock).Value - (2 * Market.Rules.Schedule.ActivationPairs) - 2));
            var request = new WatchRequest { SinceSlot = since.Value };
            foreach (var broker in Market.Brokers)
            {
                if (!Watches(broker)) continue;
                Ask(broker.Number, Market.AnswerWithinMs, request, static (other, asked, exchange) => exchange.Answer(((BrokerNode)other).Watched(exchange.Asker, new Slot(asked.SinceSlot))), OnWatched);
            }
        }

        Later(Watch, Poll);
    }

    private void OnWatched(IMessage? answer)
    {
        if (answer is not WatchEvent told) return;
        _brokersHeard = Clock;
        for (var i = 0; i < told.Fills.Count; i++) OnFill(told.Fills[i]);
    }

    private bool Watches(BrokerNode broker)
    {
        if (_sets?.Current is not { } config || config.IndexOf(broker.Id) is var index && index < 0) return false;
        return (index + Number) % config.Members.Count < config.Quorum.OneHonest;
    }

    /// <summary>It has a broker set to submit to.</summary>
    public bool KnowsBrokers => _sets is { Current: not null, HasRivals: false };

    /// <summary>Offers units of its machine for a minute each, good for a minute of slots.</summary>
    /// <param name="at">Micro-credits a minute and unit.</param>
    public void Sells(int units, long at, int forSlots = 30) => Place(units, at, forSlots);

    /// <summary>Bids for units for a minute each.</summary>
    /// <inheritdoc cref="Sells" path="/param"/>
    public void Buys(int units, long at, int forSlots = 30) => Place(units, at, forSlots);

    private void Place(int units, long at, int forSlots)
    {
        _orders!.Create(Clock, new OrderTerms
        {
            Market = Market.Rules.Market,
            Side = Side,
            LimitPrice = new MicroCredits(at),
            Quantity = units,
            LeaseTermMinutes = 1,
            LifeSlots = forSlots,
        });
        Wake();
    }

    private void Trade()
    {
        var random = Market.World.Random;
        _nextOrder = Clock.PlusMs(StandingOffers > 0 ? 500 : random.Next(2_000, 20_000));
        if (_sets!.Current is null || _sets.HasRivals) return;
        if (StandingOffers > 0)
        {
            Stand(random);
            return;
        }

        var open = _orders!.OpenOrders.ToArray();
        if (open.Length > 0 && random.Next(4) == 0)
        {
            _orders.Cancel(Clock, open[random.Next(open.Length)].Offer.Id);
            return;
        }

        if (open.Length >= 6) return;
        _orders.Create(Clock, DrawTerms(random));
    }

    /// <summary>Most offers are plain; some must be filled at once, by different owners, one of a group, or in a place.</summary>
    private OrderTerms DrawTerms(Random random)
    {
        var quantity = random.Next(1, 4);
        string[] places = ["eu", "us"];
        return new OrderTerms
        {
            Market = Market.Rules.Market,
            Side = Side,
            // The two sides' prices overlap by half, so that some trade and some wait.
            LimitPrice = new MicroCredits(Side == Side.Bid ? random.Next(900, 1_500) : random.Next(600, 1_200)),
            Quantity = quantity,
            MinimumFill = random.Next(10) == 0 ? quantity : 1,
            LeaseTermMinutes = random.Next(1, 4),
            LifeSlots = random.Next(10, 120),
            Distinct = random.Next(10) == 0,
            Group = random.Next(10) == 0 ? new byte[OfferLimits.GroupBytes] : ReadOnlyMemory<byte>.Empty,
            Attributes = [new OfferAttribute("place", places[Number % 2])],
            Constraints = random.Next(8) == 0 ? [new OfferConstraint("place", random.Next(2) == 0, [places[random.Next(2)]])] : [],
        };
    }

    private void Stand(Random random)
    {
        if (_orders!.OpenOrders.Count() >= StandingOffers) return;
        _orders.Create(Clock, new OrderTerms
        {
            Market = Market.Rules.Market,
            Side = Side,
            LimitPrice = new MicroCredits(Side == Side.Bid ? random.Next(1, 500) : random.Next(2_000, 9_000)),
            Quantity = 1,
            LeaseTermMinutes = 1,
            LifeSlots = (int)Market.Rules.TtlCapSlots,
        });
    }

    private void Find()
    {
        Market.World.Trace.Add(Number);
        // The lookup is a model and finds every willing node; what they tell is judged as the daemon judges it.
        var nearest = Market.Brokers.Select(broker => broker.Id).Distinct().ToArray();
        var (answers, waiting) = (new List<(ParticipantId, IEnumerable<Record>)>(), nearest.Length);
        foreach (var peer in nearest)
        {
            Ask(Market.NumberOf(peer), Market.AnswerWithinMs, new EpochRequest { AfterEpoch = 0 }, static (other, request, exchange) => ((BrokerNode)other).Serve(request, exchange), answer =>
            {
                if ((answer as EpochResponse)?.Configs is { } known) answers.Add((peer, known.Configs));
                if (--waiting > 0) return;
                _brokersHeard = Clock;
                _sets!.OnLookup(nearest, answers);
                Know();
            });
        }
    }

    /// <summary>A broker of the set of now tells whether there is a later one.</summary>
    private void Follow(EpochConfig current)
    {
        var member = current.Members[Market.World.Random.Next(current.Members.Count)];
        Ask(Market.NumberOf(member.Peer), Market.AnswerWithinMs, new EpochRequest { AfterEpoch = current.Epoch + 1 }, static (other, request, exchange) => ((BrokerNode)other).Serve(request, exchange), answer =>
        {
            if ((answer as EpochResponse)?.Configs?.Configs is { Count: > 0 } told && _sets!.OnTold(told)) Know();
        });
    }

    private void Know()
    {
        if (_sets!.Current is { } config && !_sets.HasRivals) _orders!.OnConfig(Clock, config);
        else _orders!.OnNoConfig(Clock, Market.Rules.Market);
    }

    private void OnFill(FillNotice notice)
    {
        // A stream that tells the last slots anew tells mostly what is known; told once, a certificate need not be checked again.
        if (_told.Contains(notice.Certificate) || !SlotResult.TryParse(notice.Certificate, out var result) || _sets!.Find(result.Config, result.Slot) is not { } config) return;
        var verified = FillCertificates.Verify(Market.Rules.Network, config, notice.Certificate, Market.Verifier);
        if (!verified.IsProven) return;
        // Not for ever: what is told anew after that is checked once more.
        if (_told.Count == MostTold) _told.Clear();
        _told.Add(notice.Certificate);
        if (!_fills.Add(verified.MatchId)) return;
        Market.Observe.Believed(this, verified);
        foreach (var leg in verified.Fill!.Legs)
        {
            if (_orders!.Find(new OfferId(new Hash256(leg.Offer.Span))) is not { } order) continue;
            if (order.Offer.Side == Side.Ask) _settlement!.Worker.OnFill(Clock, notice);
            else _settlement!.Scheduler.OnFill(Clock, notice);
        }
    }

    private void CarryOut(TraderEffect effect)
    {
        switch (effect)
        {
            case TraderEffect.Append append:
                Write(append);
                break;
            case TraderEffect.Submit submit:
                Submit(submit);
                break;
            case TraderEffect.FindBrokers:
                Later(500, Find);
                break;
            case TraderEffect.Placed placed:
                _settlement!.OnOwnOffer(Clock, placed.Order.Offer);
                break;
            case TraderEffect.Withdrawn withdrawn:
                _settlement!.OnOwnOfferGone(withdrawn.Order.Offer.Id, SignedRecords.IdOf(withdrawn.Order.Cancel!));
                break;
            case TraderEffect.Changed:
                break;
            default:
                throw new InvalidOperationException($"No such effect: {effect}.");
        }
    }

    private void CarryOut(SettlementEffect effect)
    {
        switch (effect)
        {
            case SettlementEffect.Append append:
                Write(append);
                break;
            case SettlementEffect.Forget:
                break;
            case SettlementEffect.Respond respond:
                if (_settleRequests.Remove(respond.RequestId, out var settling)) settling.Answer(respond.Response);
                break;
            case SettlementEffect.RespondLease respond:
                if (_leaseRequests.Remove(respond.RequestId, out var leasing)) leasing.Answer(respond.Response);
                break;
            case SettlementEffect.AskSeller ask:
                Ask(ask);
                break;
            case SettlementEffect.AskCounterparty ask:
                Ask(ask);
                break;
            case SettlementEffect.Publish publish:
                Publish(publish.Record);
                break;
            case SettlementEffect.Raise raise:
                OnRaised(raise.Event);
                break;
            default:
                throw new InvalidOperationException($"No such effect: {effect}.");
        }
    }

    // As in a broker's node: what waits for an answer is caught where it is needed.
    private void Write(TraderEffect.Append append) => Append(append.Entry, () => _orders!.OnDurable(Clock, append.Number));

    private void Submit(TraderEffect.Submit submit) => Submit(submit.To.Peer, submit.Record, answer => _orders!.OnSubmitted(Clock, submit.Number, (SubmitResult?)answer));

    private void Write(SettlementEffect.Append append) => Append(append.Entry, () => _settlement!.OnDurable(append.Number));

    private void Ask(SettlementEffect.AskSeller ask) =>
        Ask(Market.NumberOf(ask.Seller), Market.AnswerWithinMs, ask.Request, static (other, request, exchange) => ((TraderNode)other).Serve(exchange.Asker.Id, request, exchange), answer =>
        {
            if (answer is SettleResponse response) _settlement!.Scheduler.OnAnswer(Clock, ask.Match, ask.Attempt, response);
            else _settlement!.Scheduler.OnUnreachable(Clock, ask.Match, ask.Attempt);
        });

    private void Ask(SettlementEffect.AskCounterparty ask) =>
        Ask(Market.NumberOf(ask.Counterparty), Market.AnswerWithinMs, ask.Request, static (other, request, exchange) => ((TraderNode)other).Serve(exchange.Asker.Id, request, exchange), answer =>
        {
            if (answer is LeaseResponse response) _settlement!.Leases.OnAnswer(Clock, ask.Ask, response);
            else _settlement!.Leases.OnUnreachable(Clock, ask.Ask);
        });

    private void OnRaised(SettlementEvent raised)
    {
        switch (raised)
        {
            case SettlementEvent.PurchaseClaimed claimed:
                _orders!.OnMatched(claimed.Bid, claimed.Match, claimed.Quantity);
                break;
            case SettlementEvent.PurchaseFailed failed:
                _orders!.OnMatchFell(Clock, failed.Bid, failed.Match, failed.Quantity, failed.BidReturns);
                break;
            case SettlementEvent.SaleReserved reserved:
                _orders!.OnMatched(reserved.Ask, reserved.Match, reserved.Quantity);
                break;
            case SettlementEvent.SaleReleased released:
                _orders!.OnMatched(released.Ask, released.Match, released.Quantity);
                _orders.OnMatchFell(Clock, released.Ask, released.Match, released.Quantity, returns: false);
                break;
            case SettlementEvent.SaleLapsed lapsed:
                _orders!.OnMatchFell(Clock, lapsed.Ask, lapsed.Match, lapsed.Quantity, returns: true);
                break;
            case SettlementEvent.JournalLost lost:
                _orders!.OnJournalLost(Clock, lost.Begun, lost.Until);
                break;
            case SettlementEvent.LeaseOpened opened:
                Market.Observe.LeaseOpened(this, opened.Lease);
                break;
            case SettlementEvent.CertificateRejected rejected:
                Market.Observe.CertificateRejected(this, rejected.Detail);
                break;
            case SettlementEvent.CounterpartyMisbehaved misbehaved:
                Market.Observe.Accused(this, misbehaved.Counterparty, misbehaved.Detail);
                break;
            case SettlementEvent.Posted posted when _settlement!.Leases.Find(posted.Posting.Contract) is { } lease:
                Market.Observe.Posted(this, lease);
                break;
            case SettlementEvent.ConfigWanted:
                Find();
                break;
            default:
                break;
        }
    }

    /// <summary>To every broker, until it says that it has the record: some may not know the certificate yet.</summary>
    private void Publish(Record record)
    {
        foreach (var broker in Market.Brokers) Publish(broker.Id, record, attempt: 1);
    }

    private void Publish(ParticipantId broker, Record record, int attempt) => Submit(broker, record, answer =>
    {
        if (((SubmitResult?)answer)?.Receipt is null && attempt < 4) Later(Market.Rules.Schedule.LengthMs / 2, () => Publish(broker, record, attempt + 1));
    });

    private void Submit(ParticipantId to, Record record, Action<IMessage?> answered) => Ask(Market.NumberOf(to), Market.AnswerWithinMs, record, BrokerNode.TakesRecords, answered);

    /// <summary>A broker's word of a fill on its way.</summary>
    private sealed class Notice(FillNotice notice, TraderNode trader) : Letter<FillNotice>(notice)
    {
        protected override void Arrive(FillNotice arrived)
        {
            if (!trader.IsUp) return;
            trader.Market.World.Happens(trader.Number);
            trader.OnFill(arrived);
            trader.Wake();
        }
    }
}
