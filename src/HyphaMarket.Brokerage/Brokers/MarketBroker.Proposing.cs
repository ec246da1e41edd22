using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// The odd slot as its proposer sees it.
public sealed partial class MarketBroker
{
    private void PrepareProposal(Instant now, Slot slot)
    {
        if (!IsProposerOf(slot) || IsCatchingUp) return;
        // "odd, from 0: reconcile with the proposer: n - 1 sessions, not n squared"
        ReconcileWithAll(now);
    }

    private bool IsProposerOf(Slot slot) => slot.IsMatch && _sets.MayVoteIn(slot) && _sets.Of(slot).ProposerOf(slot).Peer == _signer.Id;

    /// <summary>Draws up the slot's proposal, once. It leaves with my own vote for it, when that is durable.</summary>
    private void ProposeWhenDue(Instant now)
    {
        var slot = CurrentSlot;
        if (!IsProposerOf(slot) || now < _rules.Schedule.ProposeTimeOf(slot)) return;
        var state = StateOf(slot);
        // Who is still catching up proposes later in the slot, if it is ready by then: nobody refuses what comes later, before the deadline.
        if (state.HasProposed || IsCatchingUp || IsAbstaining || IsConvicted(_signer.Id) || MayHaveSigned(slot) || !MayVote || !IsOpen(now, slot)) return;
        state.HasProposed = true;
        if (state.MyResult is not null || state.Certified is not null || BuildProposal(slot) is not { } proposal) return;
        // It may be here already: a second process with this key has shown it to the others.
        if (!state.Proposals.TryAdd(proposal.Id, proposal)) return;
        Report(BrokerReport.Proposed, slot, $"{proposal.Inputs.Count} inputs, {proposal.Computed!.Fills.Count} fills");
        Consider(now, state, proposal, _signer.Id);
    }

    /// <summary>The best m/2 eligible offers of each side with what is free of them; null where nothing would trade, since then there is nothing to certify.</summary>
    private Proposal? BuildProposal(Slot slot)
    {
        var book = BookAt(slot);
        var entries = book.Entries;
        var inputs = entries.Select(entry => new ProposalInput(entry.Offer.Id, entry.FreeQuantity, entry.FilledOwners)).ToArray();
        var told = inputs.Select(entry => entry.ToEntry()).ToArray();
        var input = new MatchInput(slot, Proposal.InputRootOf(told), entries);
        var computed = ComputedFills.Of(_rules.Clearing, input, _matcher);
        if (computed.Fills.Count == 0) return null;

        var config = _sets.Of(slot);
        var body = new ProposalBody
        {
            Proposer = ByteString.CopyFrom(_signer.Id.Span),
            Result = computed.ToResult(_rules, config.Id, config.Epoch, input).ToByteString(),
        };
        body.Inputs.AddRange(told);
        var excuses = ExcusesAt(slot, book).ToArray();
        body.Excuses.AddRange(excuses.Select(ToBytes));
        var record = SignedRecords.Sign(_rules.Network, RecordKind.Proposal, body, _signer);
        if (!SlotResult.TryParse(body.Result, out var result)) throw new InvalidOperationException("My own result does not parse.");
        var proposal = Proposal.Of(record, result, _signer.Id, inputs, excuses);
        proposal.Computed = computed;
        return proposal;
    }

    /// <summary>The book that a slot's input is: the best m/2 of each side with units free.</summary>
    /// <remarks>
    /// What anybody's open vote holds is not free here. Were only my own votes counted, brokers that voted for different proposals of void slots
    /// would go on proposing what the others hold, and each such proposal would bind its voters anew: nothing might ever get a quorum again.
    /// </remarks>
    private SlotBook BookAt(Slot slot)
    {
        var holds = OpenHoldsAt(slot, proposal: null);
        return _offers.BookAt(slot, _rules.SideDepth, kept => new Availability(
            UnspentOf(kept, slot) - UnitsHeld(holds, kept.Offer.Id),
            kept.Offer.Distinct ? [.. _ledger.CounterpartiesOf(kept.Offer.Id, slot).Concat(holds.SelectMany(hold => hold.CounterpartiesOf(kept.Offer.Id))).Distinct()] : []));
    }

    /// <summary>
    /// Records that explain why an offer is missing or less free than its quantity: votes of open slots (by the result's id, which all votes for it
    /// have), cancels, certificates, settlements. Only of offers that would have a place in the input, since others need no excuse; the best ranked first, where there are too many.
    /// </summary>
    private IEnumerable<RecordId> ExcusesAt(Slot slot, SlotBook book)
    {
        var excuses = new List<RecordId>();
        foreach (var state in OpenAt(slot)) excuses.AddRange(state.VotedFor().Select(held => held.Result.Id));
        AddExcusesOf(Side.Bid, slot, book, excuses);
        AddExcusesOf(Side.Ask, slot, book, excuses);
        return excuses.Distinct().Take(Proposal.MaxExcuses).Order();
    }

    private void AddExcusesOf(Side side, Slot slot, SlotBook book, List<RecordId> to)
    {
        var inputs = book.EntriesOf(side);
        var worst = inputs.Count < _rules.SideDepth ? null : inputs[^1].Offer;
        var order = OfferOrder.Of(side);
        foreach (var stored in _offers.Side(side))
        {
            var kept = (KeptOffer)stored;
            if (worst is not null && order.Compare(kept.Offer, worst) > 0) break;
            if (slot < kept.Offer.FirstSlot || slot > kept.Offer.LastSlot) continue;
            _ledger.AddExcusesFor(kept, to);
            if (kept.Cancel is { } cancel) to.Add(cancel.Id);
        }
    }

    /// <summary>What may still trade of an offer in a slot, as far as I have not voted it away: its quantity less certified fills that stand and less what my open votes hold.</summary>
    private int FreeOf(KeptOffer kept, Slot slot) => FreeOf(kept, slot, MyHoldsAt(slot));

    /// <param name="mine">What my open votes hold, where many offers are asked about.</param>
    private int FreeOf(KeptOffer kept, Slot slot, VoteHold[] mine)
    {
        var free = UnspentOf(kept, slot);
        foreach (var hold in mine) free -= hold.UnitsOf(kept.Offer.Id);
        return Math.Max(0, free);
    }

    private int UnspentOf(KeptOffer kept, Slot slot) => kept.Offer.Quantity - _ledger.SpentBy(kept, slot);

    private ParticipantId[] FilledOwnersOf(Offer offer, Slot slot) =>
        _ledger.CounterpartiesOf(offer.Id, slot)
            .Concat(OpenAt(slot).SelectMany(state => state.MyHold.CounterpartiesOf(offer.Id)))
            .Distinct()
            .Order()
            .ToArray();

    /// <summary>
    /// Other slots without a certificate whose deadline lies ahead: what their votes hold is held. Later slots too: a proposal that comes late
    /// must not trade what has been voted away since.
    /// </summary>
    private IEnumerable<SlotState> OpenAt(Slot slot) => _slots.Values.Where(state => IsOpenAt(state, slot));

    private bool IsOpenAt(SlotState state, Slot slot) => state.Certified is null && state.Slot != slot && slot <= _rules.Schedule.LastActivationSlotOf(state.Slot);

    private VoteHold[] MyHoldsAt(Slot slot)
    {
        List<VoteHold>? holds = null;
        for (var i = 0; i < _slots.Count; i++)
        {
            var state = _slots.GetValueAtIndex(i);
            if (state.MyHold.Fills > 0 && IsOpenAt(state, slot)) (holds ??= []).Add(state.MyHold);
        }

        return holds is null ? [] : [.. holds];
    }

    private static int UnitsHeld(SlotHold[] holds, OfferId offer)
    {
        var units = 0;
        foreach (var hold in holds) units += hold.UnitsOf(offer);
        return units;
    }

    /// <summary>What votes that I know of hold, one for each open slot: mine, and those for proposals that are here.</summary>
    /// <param name="proposal">Only votes for proposals that this one names as excuses count, besides mine; null counts all.</param>
    private SlotHold[] OpenHoldsAt(Slot slot, Proposal? proposal) =>
        OpenAt(slot)
            .Select(state => new SlotHold([state.MyHold, .. state.VotedFor().Where(held => (proposal is null || proposal.Names(held.Result.Id)) && TryCompute(held)).Select(held => held.Computed!.Hold)]))
            .ToArray();

    /// <summary>What the votes in one slot hold; only one of its results can be certified, so of each offer the most that any of them holds.</summary>
    private readonly record struct SlotHold(VoteHold[] Results)
    {
        public int UnitsOf(OfferId offer)
        {
            var most = 0;
            foreach (var result in Results) most = Math.Max(most, result.UnitsOf(offer));
            return most;
        }

        public IEnumerable<ParticipantId> CounterpartiesOf(OfferId offer) => Results.SelectMany(result => result.CounterpartiesOf(offer));
    }
}
