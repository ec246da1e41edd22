using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>
/// "A crossing pair is matched within (A + 1) f + 1 match slots", once faults have stopped: of a bid and an ask that every honest broker has, and that
/// nothing has touched yet, one is filled in that many match slots.
/// </summary>
/// <remarks>
/// A broker keeps offers in memory, and one that starts anew has them from those who did not: what all honest brokers that took it have died with since is
/// gone, until its owner makes another.
/// </remarks>
public sealed class CrossingPairsTrade : Invariant
{
    /// <summary>Slots for nodes to start, compare clocks and catch up with each other's replicas; from then on matches are counted.</summary>
    private const int Recovery = 6;

    private readonly OfferMemory<Known> _offers = new(known => known.Offer.LastSlot);
    private readonly Dictionary<OfferId, Slot> _filled = [];
    private readonly Dictionary<RecordId, (Slot From, Slot Until)> _handovers = [];
    private readonly Dictionary<ParticipantId, Instant> _started = [];
    private EpochConfig? _config;
    private Slot? _healed;

    public override string Name => "a crossing pair is matched within (A + 1) f + 1 match slots";

    public override Tolerance Tolerates => Tolerance.LiveBrokers;

    public override void OnAdopted(IObservedNode node, EpochConfig config)
    {
        _config = config;
        if (config.Kind == EpochKind.First || config.IndexOf(node.Id) < 0) return;
        // "No matching in the last 2 A slots of a set's life", and none by a member until 2 A + 4 slots after it adopted the next.
        var drain = 2 * Market.Rules.Schedule.ActivationPairs;
        var adopted = Market.Rules.Schedule.SlotAt(Market.Now).Plus(drain + 4);
        var until = new[] { config.FirstSlot, adopted, _handovers.GetValueOrDefault(config.Id).Until }.Max();
        _handovers[config.Id] = (config.FirstSlot.Plus(-drain), until);
    }

    public override void OnStarted(IObservedNode node) => _started[node.Id] = Market.Now;

    public override void OnHealed() => _healed = Market.Rules.Schedule.SlotAt(Market.Now);

    public override void OnSaid(IObservedNode node, Record record)
    {
        if (record.Kind == RecordKind.Cancel && Cancels.OfferOf(record) is { } id && _offers.TryGet(id, out var cancelled)) cancelled.Until ??= Market.Now;
        else if (record.Kind == RecordKind.Offer && OfferRecords.TryParse(record, out var offer) && offer.Owner == node.Id) Remember(offer, node.IsHonest);
    }

    public override void OnReceipted(IObservedNode broker, Record record, Instant clock)
    {
        if (record.Kind == RecordKind.Offer && _offers.TryGet(new OfferId(SignedRecords.IdOf(record).Value), out var known)) known.Receipts[broker.Id] = Market.Now;
    }

    public override void OnCertified(IObservedNode broker, CertifiedSlot slot)
    {
        foreach (var leg in slot.Fills.SelectMany(fill => fill.Legs)) _filled.TryAdd(new OfferId(new Hash256(leg.Offer.Span)), slot.Result.Slot);
    }

    /// <summary>Pairs are counted in slots after the recovery: an offer that ends before then is in none.</summary>
    private void Remember(Offer offer, bool isHonest)
    {
        if (_offers.Contains(offer.Id)) return;
        if (_healed is null) _offers.Forget(Market.Rules.Schedule.SlotAt(Market.Now));
        _offers.TryAdd(offer.Id, new Known(offer, isHonest));
    }

    public override void AtTheEnd()
    {
        if (_healed is not { } healed || _config is not { } config) return;
        var schedule = Market.Rules.Schedule;
        var honest = config.Members.Where(member => Market.Find(member.Peer) is { IsHonest: true }).Select(member => member.Peer).ToArray();
        var most = ((schedule.ActivationPairs + 1) * config.Quorum.Faulty) + 1;
        // Grouped offers fill by turns, and large ones in parts: left out, so that "nothing touched it" is plain.
        // And those that had ended by then: no match slot of theirs counts.
        var from = new Slot(healed.Value + Recovery);
        var known = _offers.All.Where(one => one.IsHonest && one.Offer.LastSlot >= from && one.Offer.Group.IsEmpty && one.Offer.MinimumFill == 1 && honest.All(one.Receipts.ContainsKey) && honest.Any(one.IsHeldBy(_started))).Select(one => (Known: one, Since: one.Receipts.Values.DefaultIfEmpty().Max())).ToArray();
        var asks = known.Where(one => one.Known.Offer.Side == Side.Ask).ToArray();
        foreach (var (bid, bidSince) in known.Where(one => one.Known.Offer.Side == Side.Bid))
        {
            foreach (var (ask, askSince) in asks)
            {
                if (!NaiveMatcher.Cross(bid.Offer, ask.Offer)) continue;
                // The first match slot for which both were early for every honest broker.
                var since = bidSince > askSince ? bidSince : askSince;
                var first = schedule.SlotAt(since);
                first = new Slot(Math.Max(first.IsMatch ? first.Value : first.Value + 1, healed.Value + Recovery));
                first = first.IsMatch ? first : first.Next;
                while (schedule.EarlyBoundOf(first) < since || first < bid.Offer.FirstSlot || first < ask.Offer.FirstSlot) first = first.Plus(2);
                var last = first.Plus(2 * (most - 1));
                var end = schedule.DeadlineOf(last);
                if (end >= Market.Now || last > bid.Offer.LastSlot || last > ask.Offer.LastSlot || bid.Until < end || ask.Until < end) continue;
                if (IsTouchedBy(bid, last) || IsTouchedBy(ask, last) || IsFull(last) || _handovers.Values.Any(pause => pause.From <= last && first <= pause.Until)) continue;
                Violated($"a bid at {bid.Offer.LimitPrice.Value} and an ask at {ask.Offer.LimitPrice.Value} stood from slot {first} to {last}, {most} match slots, and neither was filled");
                return;
            }
        }
    }

    private bool IsTouchedBy(Known known, Slot last) => _filled.TryGetValue(known.Offer.Id, out var slot) && slot <= last;

    /// <summary>More than a book's worth of one side stood: the pair may have ranked below it.</summary>
    private bool IsFull(Slot at) => _offers.All.Where(one => one.Offer.FirstSlot <= at && at <= one.Offer.LastSlot).GroupBy(one => one.Offer.Side).Any(side => side.Count() >= Market.Rules.SideDepth);

    private sealed class Known(Offer offer, bool isHonest)
    {
        public Offer Offer => offer;

        public bool IsHonest => isHonest;

        public Dictionary<ParticipantId, Instant> Receipts { get; } = [];

        /// <summary>Whether a broker has not started anew since it took the offer.</summary>
        public Func<ParticipantId, bool> IsHeldBy(Dictionary<ParticipantId, Instant> started) => broker => !started.TryGetValue(broker, out var since) || since <= Receipts[broker];

        /// <summary>When a cancel was first signed.</summary>
        public Instant? Until { get; set; }
    }
}
