using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking.Insides;

/// <summary>
/// "Early offers are included", and cancels that were early are heeded: an honest broker votes for no proposal that leaves out an offer, or puts in one
/// whose cancel it had in time. Judged where it is plain: the offer is honest, nobody ever took of it, and the voter's clock was right.
/// </summary>
public sealed class VotersKeepTheRules : InsideInvariant
{
    /// <summary>Milliseconds between a broker's decision and its vote's leaving, at the longest: a slow disk.</summary>
    private const long Writing = 500;

    /// <summary>Slots: many times those in which a slot is open for votes, and more than a clock is ever off.</summary>
    private const int Grace = 64;

    /// <summary>Offers of a broker; fewer are not worth looking through.</summary>
    private const int FewestToLookThrough = 256;

    private readonly OfferMemory<(Offer Offer, Instant Said)> _offers = new(known => known.Offer.LastSlot);
    private readonly List<(Slot Last, Side Side)> _standing = [];
    private (Slot Slot, int Offers, int Bids, int Asks) _counted;
    private readonly Dictionary<RecordId, Proposal> _inputs = [];
    private readonly Queue<(Slot Slot, RecordId Result)> _oldest = [];
    private readonly HashSet<OfferId> _touched = [];
    private readonly HashSet<OfferId> _cancelled = [];
    private readonly Dictionary<ParticipantId, Dictionary<OfferId, (Instant Clock, Instant At)>> _had = [];
    private readonly Dictionary<ParticipantId, Dictionary<OfferId, (Instant Clock, Instant At)>> _hadCancel = [];
    private readonly Dictionary<Dictionary<OfferId, (Instant Clock, Instant At)>, int> _most = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ParticipantId, Instant> _skewed = [];
    private readonly HashSet<(ParticipantId, Slot)> _voted = [];

    public override string Name => "honest brokers vote for no proposal that leaves out early offers, or puts in what was cancelled early";

    public override void OnStarted(IObservedNode node)
    {
        if (_had.Remove(node.Id, out var had)) _most.Remove(had);
        if (_hadCancel.Remove(node.Id, out var cancels)) _most.Remove(cancels);
    }

    public override void OnGossipJudged(IObservedNode broker, ParticipantId from, GossipVerdict verdict) => NoteClock(broker);

    public override void OnSlotSeen(IObservedNode broker, Slot slot) => NoteClock(broker);

    public override void OnReceipted(IObservedNode broker, Record record, Instant clock)
    {
        NoteClock(broker);
        if (record.Kind == RecordKind.Offer) Note(_had, broker.Id, new OfferId(SignedRecords.IdOf(record).Value), clock);
        else if (record.Kind == RecordKind.Cancel && Cancels.OfferOf(record) is { } id) Note(_hadCancel, broker.Id, id, clock);
    }

    public override void OnSaid(IObservedNode node, Record record)
    {
        switch (record.Kind)
        {
            case RecordKind.Offer when OfferRecords.TryParse(record, out var offer) && offer.Owner == node.Id:
                if (_offers.TryAdd(offer.Id, (offer, Market.Now))) _standing.Add((offer.LastSlot, offer.Side));
                if (!node.IsHonest) _touched.Add(offer.Id);
                break;
            case RecordKind.Cancel when Cancels.OfferOf(record) is { } cancelled:
                _cancelled.Add(cancelled);
                break;
            case RecordKind.Certificate when CertifiedSlot.TryParse(record, out var certified):
                OnCertified(node, certified);
                break;
            case RecordKind.Proposal when Proposal.TryParse(record, Market.Rules.BookDepth, out var proposal) && !_inputs.ContainsKey(proposal.Result.Id):
                // Proposals of one result have the same inputs, since it holds their root.
                _inputs.Add(proposal.Result.Id, proposal);
                _oldest.Enqueue((proposal.Result.Slot, proposal.Result.Id));
                foreach (var taken in proposal.Inputs) _touched.Add(taken.Offer);
                ForgetInputs();
                break;
            case RecordKind.Vote when node.IsHonest && record.Signer.Span.SequenceEqual(node.Id.Span) && SlotResult.TryParse(record, out var result) && _voted.Add((node.Id, result.Slot)) && _inputs.TryGetValue(result.Id, out var input):
                Judge(node, result.Slot, input);
                break;
            default:
                break;
        }
    }

    /// <summary>What a quorum certified is touched, though no proposal was seen: where most brokers are malicious they need none.</summary>
    public override void OnCertified(IObservedNode broker, CertifiedSlot slot)
    {
        foreach (var leg in slot.Fills.SelectMany(fill => fill.Legs)) _touched.Add(new OfferId(new Hash256(leg.Offer.Span)));
    }

    /// <summary>More was offered on a side than the store keeps of it: an offer fell out with its cancel, and may be back without it.</summary>
    private bool IsOverfull(Side side, Slot since) => _offers.All.Count(known => known.Offer.Side == side && known.Offer.LastSlot >= since) > 4 * Market.Rules.BookDepth;

    private void Judge(IObservedNode voter, Slot slot, Proposal proposal)
    {
        var schedule = Market.Rules.Schedule;
        var early = schedule.EarlyBoundOf(slot);
        NoteClock(voter);
        var since = _skewed.TryGetValue(voter.Id, out var skewed) ? skewed.PlusMs(2_000) : new Instant(0);
        if (since >= early) return;
        foreach (var (id, had) in _hadCancel.GetValueOrDefault(voter.Id) ?? [])
        {
            if (!proposal.HasInput(id) || had.Clock > early || had.At <= since || had.At.PlusMs(Writing) >= Market.Now) continue;
            if (_offers.TryGet(id, out var offer) && IsOverfull(offer.Offer.Side, schedule.SlotAt(had.At))) continue;
            Violated($"{voter.Name} votes in slot {slot} for the offer {id}, whose cancel it had in time");
        }

        // Where a side is full, what ranks below may be left out.
        if (IsSomeSideFull(slot)) return;
        if (!_had.TryGetValue(voter.Id, out var held)) return;
        foreach (var (id, had) in held)
        {
            if (_touched.Contains(id) || _cancelled.Contains(id))
            {
                // It never concerns a vote again. Removing while walking is allowed.
                held.Remove(id);
                continue;
            }

            if (proposal.HasInput(id) || !_offers.TryGet(id, out var known)) continue;
            if (slot < known.Offer.FirstSlot || slot > known.Offer.LastSlot || had.Clock > early || known.Said <= since || had.At.PlusMs(Writing) >= Market.Now) continue;
            Violated($"{voter.Name} votes in slot {slot} for a proposal without {Market.Find(known.Offer.Owner)?.Name}'s offer {known.Offer.Sequence} of slots {known.Offer.FirstSlot} to {known.Offer.LastSlot}, which it took in at {had.Clock.UnixMs} ms");
        }
    }

    /// <summary>More of one side had not ended at the slot than its input holds.</summary>
    private bool IsSomeSideFull(Slot slot)
    {
        // Votes come slot by slot: of the same one only what was offered since is counted.
        var (_, kept, bids, asks) = _counted.Slot == slot ? _counted : (slot, 0, 0, 0);
        for (var i = kept; i < _standing.Count; i++)
        {
            var (last, side) = _standing[i];
            if (last < slot.Plus(-Grace)) continue;
            _standing[kept++] = (last, side);
            if (last < slot) continue;
            if (side == Side.Bid) bids++;
            else asks++;
        }

        _standing.RemoveRange(kept, _standing.Count - kept);
        _counted = (slot, kept, bids, asks);
        return Math.Max(bids, asks) >= Market.Rules.SideDepth;
    }

    /// <summary>Nobody votes in a slot whose deadline is long over.</summary>
    private void ForgetInputs()
    {
        var horizon = Market.Rules.Schedule.SlotAt(Market.Now).Plus(-Grace);
        // The cancel of an offer that a vote may concern is no older than the offer's longest life.
        _offers.Forget(horizon.Plus(-Market.Rules.TtlCapSlots));
        while (_oldest.TryPeek(out var old) && old.Slot < horizon) _inputs.Remove(_oldest.Dequeue().Result);
    }

    /// <summary>What a broker has of offers that are over concerns no vote any more; looked through when there is twice as much as before.</summary>
    private void ForgetEnded(Dictionary<OfferId, (Instant Clock, Instant At)> had)
    {
        var horizon = Market.Rules.Schedule.SlotAt(Market.Now).Plus(-Grace);
        foreach (var id in had.Keys)
        {
            // Removing while walking is allowed.
            if (_offers.TryGet(id, out var known) && known.Offer.LastSlot < horizon) had.Remove(id);
        }
    }

    private void NoteClock(IObservedNode broker)
    {
        if (broker is BrokerNode node && Math.Abs(node.Clock.UnixMs - Market.Now.UnixMs) > Market.Rules.Schedule.ClockBoundMs) _skewed[broker.Id] = Market.Now;
    }

    private void Note(Dictionary<ParticipantId, Dictionary<OfferId, (Instant Clock, Instant At)>> known, ParticipantId broker, OfferId offer, Instant clock)
    {
        if (!known.TryGetValue(broker, out var offers)) known.Add(broker, offers = []);
        if (!offers.TryAdd(offer, (clock, Market.Now)) || offers.Count < _most.GetValueOrDefault(offers, FewestToLookThrough)) return;
        ForgetEnded(offers);
        _most[offers] = Math.Max(FewestToLookThrough, 2 * offers.Count);
    }
}
