using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Brokers;

// The voting rules.
public sealed partial class MarketBroker
{
    /// <summary>How many proposals were judged.</summary>
    private long _judgements;

    /// <summary>The voting rules of a proposal whose offers are all here; null when every one holds, else the first that does not.</summary>
    private string? WhyNot(Slot slot, Proposal proposal)
    {
        var config = _sets.Of(slot);
        if (proposal.Result.Config != config.Id || proposal.Result.Market != _rules.Market || proposal.Result.Body.Epoch != config.Epoch) return "the result is of another broker set";
        if (proposal.Result.Body.ClearingRule != _rules.Clearing.Name) return $"the clearing rule is {proposal.Result.Body.ClearingRule}, not {_rules.Clearing.Name}";
        var excused = OpenHoldsAt(slot, proposal);
        _judgements++;
        var sequences = new HashSet<(ParticipantId, ulong)>(proposal.Inputs.Count);
        return WhyInputsAreWrong(slot, proposal, excused, sequences)
            ?? WhyIncomplete(slot, proposal, excused, sequences)
            ?? (TryCompute(proposal) ? null : "the result is not what the input gives");
    }

    /// <summary>
    /// Rule 2: every offer inside its slots, one per (owner, sequence), not cancelled by a cancel that was early for me. Rule 4: no more free than I
    /// find; less only by "a signed vote with its proposal that still holds it", whosever, where the proposal is named.
    /// </summary>
    /// <param name="sequences">Gets the owner and sequence of each input.</param>
    private string? WhyInputsAreWrong(Slot slot, Proposal proposal, SlotHold[] excused, HashSet<(ParticipantId, ulong)> sequences)
    {
        var early = _rules.Schedule.EarlyBoundOf(slot);
        var mine = MyHoldsAt(slot);
        var (bids, asks) = (0, 0);
        foreach (var input in proposal.Inputs)
        {
            var kept = _offers.FindSigned(input.Offer)!;
            var offer = kept.Offer;
            kept.JudgedIn = _judgements;
            if (offer.FirstSlot > slot || offer.LastSlot < slot) return $"offer {offer.Id} is outside its slots";
            if (!_rules.Clearing.Accepts(offer)) return $"offer {offer.Id} has terms that {_rules.Clearing.Name} cannot clear";
            if (!sequences.Add((offer.Owner, offer.Sequence))) return $"sequence {offer.Sequence} of one owner is there twice";
            if (kept.Cancel is { } cancel && cancel.Arrived <= early) return $"offer {offer.Id} was cancelled in time";
            if (offer.Side == Side.Bid ? ++bids > _rules.SideDepth : ++asks > _rules.SideDepth) return "a side of the input is too long";
            var free = FreeOf(kept, slot, mine);
            if (input.FreeQuantity > free) return $"offer {offer.Id} has {free} units free, not {input.FreeQuantity}";
            if (input.FreeQuantity < UnspentOf(kept, slot) - UnitsHeld(excused, offer.Id)) return $"offer {offer.Id} has {free} units free and only {input.FreeQuantity} are in the input";
            if (!offer.Distinct)
            {
                if (input.FilledOwners.Count > 0) return $"offer {offer.Id} is not distinct and has counterparties in the input";
            }
            else if (WhyCounterpartiesAreWrong(offer, slot, input, excused) is { } reason) return reason;
        }

        return null;
    }

    /// <summary>Of a distinct offer. Left out, a counterparty could fill it twice; made up, a rival could be kept out of it.</summary>
    private string? WhyCounterpartiesAreWrong(Offer offer, Slot slot, ProposalInput input, SlotHold[] excused)
    {
        var mine = FilledOwnersOf(offer, slot);
        if (!mine.All(input.FilledOwners.Contains)) return $"a counterparty of the distinct offer {offer.Id} is left out";
        return input.FilledOwners.All(owner => mine.Contains(owner) || excused.Any(hold => hold.CounterpartiesOf(offer.Id).Contains(owner)))
            ? null
            : $"a counterparty of the distinct offer {offer.Id} has not filled it";
    }

    /// <summary>Rule 3, asked after rule 2 has gone through the input: every valid offer that was early for me is in the input, or is excused.</summary>
    /// <param name="sequences">Owner and sequence of each input: what is left out may be excused by a twin in it.</param>
    private string? WhyIncomplete(Slot slot, Proposal proposal, SlotHold[] excused, HashSet<(ParticipantId, ulong)> sequences)
    {
        var early = _rules.Schedule.EarlyBoundOf(slot);
        foreach (var side in (ReadOnlySpan<Side>)[Side.Bid, Side.Ask])
        {
            var worst = WorstOf(proposal, side);
            var order = OfferOrder.Of(side);
            foreach (var stored in _offers.Side(side))
            {
                var kept = (KeptOffer)stored;
                if (worst is not null && order.Compare(kept.Offer, worst) > 0) break;
                // What most are comes first: whether one is eligible costs most.
                if (kept.Arrived > early || slot < kept.Offer.FirstSlot || slot > kept.Offer.LastSlot || kept.JudgedIn == _judgements) continue;
                if (sequences.Contains((kept.Offer.Owner, kept.Offer.Sequence)) || !_offers.IsEligible(kept.Offer.Id, slot)) continue;
                if (UnspentOf(kept, slot) - UnitsHeld(excused, kept.Offer.Id) > 0) return $"offer {kept.Offer.Id} was here in time and is left out";
            }
        }

        return null;
    }

    /// <summary>The last of one side's inputs in rank order, where the side is full; null where it has room.</summary>
    private Offer? WorstOf(Proposal proposal, Side side)
    {
        var (count, worst, order) = (0, (Offer?)null, OfferOrder.Of(side));
        foreach (var input in proposal.Inputs)
        {
            var offer = _offers.FindSigned(input.Offer)!.Offer;
            if (offer.Side != side) continue;
            count++;
            if (worst is null || order.Compare(offer, worst) > 0) worst = offer;
        }

        return count < _rules.SideDepth ? null : worst;
    }

    /// <summary>Recomputes the fills of a proposal; false where an offer is not here, or the result is another, or the input breaks a rule of matching.</summary>
    private bool TryCompute(Proposal proposal)
    {
        if (proposal.Computed is not null || proposal.IsFalse) return proposal.Computed is not null;
        var entries = new List<MatchEntry>(proposal.Inputs.Count);
        foreach (var input in proposal.Inputs)
        {
            if (_offers.FindSigned(input.Offer) is not { } kept) return false;
            entries.Add(new MatchEntry(kept.Offer, input.FreeQuantity, input.FilledOwners));
        }

        var matched = new MatchInput(proposal.Result.Slot, proposal.Result.InputRoot, entries);
        var computed = entries.All(entry => _rules.Clearing.Accepts(entry.Offer)) && MatchInputRules.Check(matched, out _) ? ComputedFills.Of(_rules.Clearing, matched, _matcher) : null;
        if (computed?.Root == proposal.Result.ResultRoot && computed.Fills.Count == proposal.Result.Body.Fills && computed.SurplusMicros == proposal.Result.Body.SurplusMicros) proposal.Computed = computed;
        proposal.IsFalse = proposal.Computed is null;
        return !proposal.IsFalse;
    }
}
