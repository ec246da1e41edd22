using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
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
        if (!IsProposerOf(slot)) return;
        // "odd, from 0: reconcile with the proposer: n - 1 sessions, not n squared"
        foreach (var member in Others) StartReconciliation(now, member.Peer);
    }

    private bool IsProposerOf(Slot slot) => slot >= _config.FirstSlot && _config.ProposerOf(slot).Peer == _signer.Id;

    private void ProposeWhenDue(Instant now, Slot slot)
    {
        var state = StateOf(slot);
        if (state.HasProposed || !IsProposerOf(slot) || now < _rules.Schedule.ProposeTimeOf(slot)) return;
        state.HasProposed = true;
        if (IsCatchingUp || IsAbstaining || !MayVote || state.MyResult is not null || state.Certified is not null) return;
        if (BuildProposal(slot) is not { } proposal) return;
        state.Proposals.Add(proposal.Id, proposal);
        Report(BrokerReport.Proposed, slot, $"{proposal.Inputs.Count} inputs, {proposal.Computed!.Fills.Count} fills");
        foreach (var member in Others) Ask(now, AskedFor.Proposal, member.Peer, new BrokerRequest { Proposal = proposal.Record }, slot);
        Consider(now, state, proposal, _signer.Id);
    }

    /// <summary>The best m/2 eligible offers of each side with what is free of them; null where nothing would trade, since then there is nothing to certify.</summary>
    private Proposal? BuildProposal(Slot slot)
    {
        var entries = new[] { Side.Bid, Side.Ask }
            .SelectMany(side => _offers.Eligible(side, slot)
                .Select(state => EntryOf(state.Offer, slot))
                .Where(entry => entry.FreeQuantity > 0)
                .Take(_rules.SideDepth))
            .OrderBy(entry => entry.Offer.Id)
            .ToArray();
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
        body.Excuses.AddRange(ExcusesAt(slot).Select(id => ByteString.CopyFrom(id.Value.ToArray())));
        var record = SignedRecords.Sign(_rules.Network, RecordKind.Proposal, body, _signer);
        if (!Proposal.TryParse(record, _rules.BookDepth, out var proposal)) throw new InvalidOperationException("My own proposal does not parse.");
        proposal.Computed = computed;
        return proposal;
    }

    private MatchEntry EntryOf(Offer offer, Slot slot) => new(offer, FreeOf(offer, slot), offer.Distinct ? FilledOwnersOf(offer, slot) : []);

    /// <summary>Records that explain why an offer is missing or less free than its quantity: cancels, certificates, settlements, and my own open votes.</summary>
    private IEnumerable<RecordId> ExcusesAt(Slot slot)
    {
        var live = _offers.Side(Side.Bid).Concat(_offers.Side(Side.Ask)).Where(state => state.Offer.FirstSlot <= slot && slot <= state.Offer.LastSlot).ToArray();
        var cancels = live.Select(state => _offers.CancelOf(state.Offer.Id)).OfType<CancelState>().Select(cancel => cancel.Id);
        var settlements = live.SelectMany(state => _ledger.ExcusesFor(state.Offer.Id));
        var votes = OpenVotesAt(slot).Select(state => state.ProposalOf(state.MyResult!.Value)?.Id).OfType<RecordId>();
        return cancels.Concat(settlements).Concat(votes).Distinct().Order();
    }

    /// <summary>What may still trade of an offer in a slot: its quantity less certified fills that stand and less what my open votes hold.</summary>
    private int FreeOf(Offer offer, Slot slot) =>
        Math.Max(0, offer.Quantity - _ledger.SpentBy(offer.Id, slot) - OpenVotesAt(slot).Sum(state => HeldIn(state.MyHold, offer.Id)));

    private ParticipantId[] FilledOwnersOf(Offer offer, Slot slot) =>
        _ledger.CounterpartiesOf(offer.Id, slot)
            .Concat(OpenVotesAt(slot).SelectMany(state => CounterpartiesIn(state.MyHold, offer.Id)))
            .Distinct()
            .Order()
            .ToArray();

    /// <summary>Earlier slots in which I voted, that have no certificate yet, and whose deadline lies ahead: their fills are held.</summary>
    private IEnumerable<SlotState> OpenVotesAt(Slot slot) =>
        _slots.Values.Where(state => state.MyResult is not null && state.Certified is null && state.Slot < slot && slot <= _rules.Schedule.LastActivationSlotOf(state.Slot));

    private static int HeldIn(IReadOnlyList<FillBody> fills, OfferId offer) =>
        fills.Where(fill => fill.Legs.Any(leg => leg.Offer.Span.SequenceEqual(offer.ToArray()))).Sum(fill => (int)fill.Quantity);

    private static IEnumerable<ParticipantId> CounterpartiesIn(IReadOnlyList<FillBody> fills, OfferId offer) =>
        fills.Where(fill => fill.Legs.Any(leg => leg.Offer.Span.SequenceEqual(offer.ToArray())))
            .SelectMany(fill => fill.Legs.Where(leg => !leg.Offer.Span.SequenceEqual(offer.ToArray())).Select(leg => new ParticipantId(leg.Owner.Span)));
}
