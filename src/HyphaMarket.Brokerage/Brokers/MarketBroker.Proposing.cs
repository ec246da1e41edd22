using Google.Protobuf;
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
        foreach (var member in Others) StartReconciliation(now, member.Peer);
    }

    private bool IsProposerOf(Slot slot) => slot.IsMatch && slot >= _config.FirstSlot && _config.ProposerOf(slot).Peer == _signer.Id;

    /// <summary>Draws up the slot's proposal, once. It leaves with my own vote for it, when that is durable.</summary>
    private void ProposeWhenDue(Instant now)
    {
        var slot = CurrentSlot;
        if (!IsProposerOf(slot) || now < _rules.Schedule.ProposeTimeOf(slot)) return;
        var state = StateOf(slot);
        // Who is still catching up proposes later in the slot, if it is ready by then: nobody refuses what comes later, before the deadline.
        if (state.HasProposed || IsCatchingUp || IsAbstaining || !MayVote || !IsOpen(now, slot)) return;
        state.HasProposed = true;
        if (state.MyResult is not null || state.Certified is not null || BuildProposal(slot) is not { } proposal) return;
        state.Proposals.Add(proposal.Id, proposal);
        Report(BrokerReport.Proposed, slot, $"{proposal.Inputs.Count} inputs, {proposal.Computed!.Fills.Count} fills");
        Consider(now, state, proposal, _signer.Id);
    }

    /// <summary>The best m/2 eligible offers of each side with what is free of them; null where nothing would trade, since then there is nothing to certify.</summary>
    private Proposal? BuildProposal(Slot slot)
    {
        var book = BookAt(slot);
        var entries = book.EntriesAt(slot);
        var inputs = entries.Select(entry => new ProposalInput(entry.Offer.Id, entry.FreeQuantity, entry.FilledOwners).ToEntry()).ToArray();
        var input = new MatchInput(slot, Proposal.InputRootOf(inputs), entries);
        var computed = ComputedFills.Of(_rules.Clearing, input);
        if (computed.Fills.Count == 0) return null;

        var body = new ProposalBody
        {
            Proposer = ByteString.CopyFrom(_signer.Id.Span),
            Result = computed.ToResult(_rules, _config.Id, _config.Epoch, input).ToByteString(),
        };
        body.Inputs.AddRange(inputs);
        body.Excuses.AddRange(ExcusesAt(slot, book).Select(ToBytes));
        var record = SignedRecords.Sign(_rules.Network, RecordKind.Proposal, body, _signer);
        if (!Proposal.TryParse(record, _rules.BookDepth, out var proposal)) throw new InvalidOperationException("My own proposal does not parse.");
        proposal.Computed = computed;
        return proposal;
    }

    /// <summary>The book that a slot's input is: the best m/2 of each side with units free.</summary>
    private OrderBook BookAt(Slot slot) =>
        _offers.BookAt(slot, _rules.SideDepth, offer => new Availability(FreeOf(offer, slot), offer.Distinct ? FilledOwnersOf(offer, slot) : []));

    /// <summary>
    /// Records that explain why an offer is missing or less free than its quantity: my own open votes, cancels, certificates, settlements. Only of
    /// offers that would have a place in the input, since others need no excuse; the best ranked first, where there are too many.
    /// </summary>
    private IEnumerable<RecordId> ExcusesAt(Slot slot, OrderBook book)
    {
        var votes = OpenVotesAt(slot).Select(state => state.ProposalOf(state.MyResult!.Value)?.Id).OfType<RecordId>();
        return votes.Concat(ExcusesOf(Side.Bid, slot, book)).Concat(ExcusesOf(Side.Ask, slot, book)).Distinct().Take(Proposal.MaxExcuses).Order();
    }

    private IEnumerable<RecordId> ExcusesOf(Side side, Slot slot, OrderBook book)
    {
        var inputs = book.OffersOf(side);
        var worst = inputs.Count < _rules.SideDepth ? null : inputs[^1];
        return _offers.Side(side)
            .TakeWhile(kept => worst is null || OfferOrder.Of(side).Compare(kept.Offer, worst) <= 0)
            .Where(kept => kept.Offer.FirstSlot <= slot && slot <= kept.Offer.LastSlot)
            .SelectMany(kept => kept.Cancel is { } cancel ? _ledger.ExcusesFor(kept.Offer.Id).Append(cancel.Id) : _ledger.ExcusesFor(kept.Offer.Id));
    }

    /// <summary>What may still trade of an offer in a slot: its quantity less certified fills that stand and less what my open votes hold.</summary>
    private int FreeOf(Offer offer, Slot slot) =>
        Math.Max(0, offer.Quantity - _ledger.SpentBy(offer.Id, slot) - OpenVotesAt(slot).Sum(state => state.MyHold.UnitsOf(offer.Id)));

    private ParticipantId[] FilledOwnersOf(Offer offer, Slot slot) =>
        _ledger.CounterpartiesOf(offer.Id, slot)
            .Concat(OpenVotesAt(slot).SelectMany(state => state.MyHold.CounterpartiesOf(offer.Id)))
            .Distinct()
            .Order()
            .ToArray();

    /// <summary>
    /// Other slots in which I voted, that have no certificate yet, and whose deadline lies ahead: their fills are held. Later slots too: a
    /// proposal that comes late must not trade what I have voted away since.
    /// </summary>
    private IEnumerable<SlotState> OpenVotesAt(Slot slot) =>
        _slots.Values.Where(state => state.MyResult is not null && state.Certified is null && state.Slot != slot && slot <= _rules.Schedule.LastActivationSlotOf(state.Slot));
}
