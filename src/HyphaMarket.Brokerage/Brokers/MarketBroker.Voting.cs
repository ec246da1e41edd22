using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// Proposals of others, votes, certificates.
public sealed partial class MarketBroker
{
    /// <summary>A proposal names records that I lack: so many times its sender is asked for them.</summary>
    private const int MostFetches = 3;

    private string? OnProposal(Instant now, ParticipantId from, Record record)
    {
        if (!Proposal.TryParse(record, _rules.BookDepth, out var proposal)) return "The proposal is malformed.";
        var slot = proposal.Result.Slot;
        if (!IsOpen(now, slot)) return $"Slot {slot} is not open for votes.";
        if (_config.IndexOf(proposal.Proposer) < 0 || _config.ProposerOf(slot).Peer != proposal.Proposer) return "The proposer has not the turn in this slot.";
        var state = StateOf(slot);
        if (state.Proposals.ContainsKey(proposal.Id)) return null;
        if (state.Proposals.Count >= _options.ProposalsPerSlot) return "Too many proposals for this slot.";
        if (!SignedRecords.VerifySignature(_rules.Network, record, proposal.Proposer, _verifier)) return "The proposal's signature is wrong.";
        state.Proposals.Add(proposal.Id, proposal);
        if (state.Proposals.Count > 1) Report(BrokerReport.Equivocation, slot, $"{proposal.Proposer} signed two proposals");
        Consider(now, state, proposal, from);
        return null;
    }

    private string? OnVote(Instant now, ParticipantId from, Record vote)
    {
        if (vote is not { Kind: RecordKind.Vote } || !SlotResult.TryParse(vote.Body, out var result)) return "The vote is malformed.";
        if (result.Config != _config.Id || result.Market != _rules.Market) return "The vote is of another broker set.";
        if (!IsOpen(now, result.Slot)) return $"Slot {result.Slot} is not open for votes.";
        if (!ParticipantId.TryFromBytes(vote.Signer.Span, out var voter)) return "The vote names no voter.";
        var member = _config.IndexOf(voter);
        if (member < 0) return "The voter is not a broker of this market.";
        var state = StateOf(result.Slot);
        if (state.Votes.TryGetValue(member, out var known) && known.Result == result.Id) return null;
        if (!SignedRecords.VerifySignature(_rules.Network, vote, voter, _verifier)) return "The vote's signature is wrong.";
        if (!state.Votes.TryAdd(member, (result.Id, vote)))
        {
            Report(BrokerReport.Equivocation, result.Slot, $"{voter} signed two votes");
            return null;
        }

        // A vote for a proposal that I have not seen: its voter has it.
        if (state.MyResult is null && state.Certified is null && state.ProposalOf(result.Id) is null) Fetch(now, from, result.Slot, result.Id, [result.Id]);
        CertifyWhenQuorum(state, result.Id);
        return null;
    }

    /// <summary>"Nobody refuses what comes later, before the deadline": from a clock bound before the match slot to its deadline.</summary>
    private bool IsOpen(Instant now, Slot slot) =>
        slot.IsMatch
        && slot >= _config.FirstSlot
        && now >= _rules.Schedule.CutoffOf(slot).PlusMs(-2 * _rules.Schedule.ClockBoundMs)
        && now < _rules.Schedule.DeadlineOf(slot);

    private void ReconsiderProposals(Instant now)
    {
        foreach (var state in _slots.Values.Where(state => state.MyResult is null && state.Certified is null).ToArray())
        {
            foreach (var proposal in state.Proposals.Values.ToArray()) Consider(now, state, proposal, proposal.Proposer);
        }
    }

    /// <summary>Votes for a proposal if every voting rule holds; fetches what it names and I lack.</summary>
    private void Consider(Instant now, SlotState state, Proposal proposal, ParticipantId from)
    {
        if (state.MyResult is not null || state.Certified is not null || !IsOpen(now, state.Slot) || proposal.IsFetching) return;
        if (IsAbstaining || !MayVote) return;

        var lacking = proposal.Inputs.Where(input => _offers.Find(input.Offer) is null).Select(input => new RecordId(input.Offer.Value)).ToArray();
        var excuses = proposal.Excuses.Where(id => !_replica.Contains(id) && !_slots.Values.Any(slot => slot.Proposals.ContainsKey(id))).ToArray();
        if (lacking.Length + excuses.Length > 0 && proposal.Fetches < MostFetches && proposal.Proposer != _signer.Id)
        {
            proposal.Fetches++;
            proposal.IsFetching = Fetch(now, from, state.Slot, proposal.Id, lacking.Concat(excuses));
            if (proposal.IsFetching) return;
        }

        if (lacking.Length > 0) Withhold(state, $"{lacking.Length} offers of the input are not to be had");
        else if (WhyNot(state.Slot, proposal) is { } reason) Withhold(state, reason);
        else Vote(state, proposal);
    }

    private void Withhold(SlotState state, string reason)
    {
        if (state.Withheld == reason) return;
        state.Withheld = reason;
        Report(BrokerReport.VoteWithheld, state.Slot, reason);
    }

    /// <summary>"One vote per market and slot, whatever the epoch, ever; journaled before it is sent."</summary>
    private void Vote(SlotState state, Proposal proposal)
    {
        state.MyResult = proposal.Result.Id;
        state.MyHold = proposal.Computed!.Bodies.Select(body => FillBody.Parser.ParseFrom(body)).ToArray();
        var vote = SignedRecords.Sign(_rules.Network, RecordKind.Vote, proposal.Result.Bytes, _signer);
        vote.Signer = ByteString.CopyFrom(_signer.Id.Span);
        state.MyVote = vote;
        var journaled = new JournaledVote { Vote = vote };
        journaled.Fills.AddRange(proposal.Computed.Bodies);
        _appending.Add(++_lastNumber, state.Slot);
        _effects.Enqueue(new BrokerEffect.Append(_lastNumber, new JournalEntry(JournalKind.Vote, JournalKeys.Of(_rules.Market, state.Slot.Value), journaled.ToByteArray())));
    }

    private void ShowVote(Instant now, SlotState state)
    {
        state.MyVoteIsDurable = true;
        state.Votes.TryAdd(_me, (state.MyResult!.Value, state.MyVote!));
        Report(BrokerReport.Voted, state.Slot, $"{state.MyHold.Count} fills");
        foreach (var member in Others) Ask(now, AskedFor.Vote, member.Peer, new BrokerRequest { Vote = state.MyVote }, state.Slot);
        state.ResendAt = now.PlusMs(_rules.Schedule.LengthMs);
        CertifyWhenQuorum(state, state.MyResult.Value);
    }

    /// <summary>"Votes cast are re-sent (finish first)": once a slot length, to members whose vote for the same result is not here, until the deadline.</summary>
    private void ResendWhenDue(Instant now, SlotState state)
    {
        if (state.ResendAt is not { } at || at > now) return;
        if (state.Certified is not null || !state.MyVoteIsDurable || now >= _rules.Schedule.DeadlineOf(state.Slot))
        {
            state.ResendAt = null;
            return;
        }

        var mine = state.MyResult!.Value;
        var proposal = state.ProposalOf(mine);
        foreach (var (member, index) in _config.Members.Select((member, index) => (member, index)))
        {
            if (index == _me || (state.Votes.TryGetValue(index, out var vote) && vote.Result == mine)) continue;
            if (proposal is not null) Ask(now, AskedFor.Proposal, member.Peer, new BrokerRequest { Proposal = proposal.Record }, state.Slot);
            Ask(now, AskedFor.Vote, member.Peer, new BrokerRequest { Vote = state.MyVote }, state.Slot);
        }

        state.ResendAt = now.PlusMs(_rules.Schedule.LengthMs);
    }

    private void CertifyWhenQuorum(SlotState state, RecordId result)
    {
        if (state.Certified is not null) return;
        var votes = state.VotesFor(result).ToArray();
        if (votes.Length < _config.Quorum.Votes || state.ProposalOf(result) is not { } proposal || !TryCompute(proposal)) return;
        var slot = CertifiedSlot.Build(proposal.Result, proposal.Computed!.Bodies, votes);
        KeepCertified(slot);
        // Everybody forms it from the votes; the proposer's copy goes round for those who missed some.
        if (proposal.Proposer == _signer.Id) _effects.Enqueue(new BrokerEffect.Gossip(slot.Record));
    }

    private bool TryCompute(Proposal proposal)
    {
        if (proposal.Computed is not null) return true;
        var entries = new List<MatchEntry>(proposal.Inputs.Count);
        foreach (var input in proposal.Inputs)
        {
            if (_offers.Find(input.Offer) is not { } state) return false;
            entries.Add(new MatchEntry(state.Offer, input.FreeQuantity, input.FilledOwners));
        }

        var matched = ComputedFills.Of(_rules.Clearing, new MatchInput(proposal.Result.Slot, proposal.Result.InputRoot, entries));
        if (matched.Root != proposal.Result.ResultRoot || matched.Fills.Count != proposal.Result.Body.Fills || matched.SurplusMicros != proposal.Result.Body.SurplusMicros) return false;
        proposal.Computed = matched;
        return true;
    }

    /// <summary>The voting rules of a proposal whose offers are all here; null when every one holds, else the first that does not.</summary>
    private string? WhyNot(Slot slot, Proposal proposal)
    {
        if (proposal.Result.Config != _config.Id || proposal.Result.Market != _rules.Market || proposal.Result.Body.Epoch != _config.Epoch) return "the result is of another broker set";
        if (proposal.Result.Body.ClearingRule != _rules.Clearing.Name) return $"the clearing rule is {proposal.Result.Body.ClearingRule}, not {_rules.Clearing.Name}";
        return WhyInputsAreWrong(slot, proposal)
            ?? WhyIncomplete(slot, proposal)
            ?? (TryCompute(proposal) ? null : "the result is not what the input gives");
    }

    /// <summary>Rule 2: every offer inside its slots, one per (owner, sequence), not cancelled by a cancel that was early for me. Rule 4: free quantities.</summary>
    private string? WhyInputsAreWrong(Slot slot, Proposal proposal)
    {
        var early = _rules.Schedule.EarlyBoundOf(slot);
        var sequences = new HashSet<(ParticipantId, ulong)>();
        var (bids, asks) = (0, 0);
        foreach (var input in proposal.Inputs)
        {
            var offer = _offers.Find(input.Offer)!.Offer;
            if (offer.FirstSlot > slot || offer.LastSlot < slot) return $"offer {offer.Id} is outside its slots";
            if (!_rules.Clearing.Accepts(offer)) return $"offer {offer.Id} has terms that {_rules.Clearing.Name} cannot clear";
            if (!sequences.Add((offer.Owner, offer.Sequence))) return $"sequence {offer.Sequence} of one owner is there twice";
            if (_offers.CancelOf(offer.Id) is { } cancel && cancel.Arrived <= early) return $"offer {offer.Id} was cancelled in time";
            if (offer.Side == Side.Bid ? ++bids > _rules.SideDepth : ++asks > _rules.SideDepth) return "a side of the input is too long";
            var free = FreeOf(offer, slot);
            if (input.FreeQuantity > free) return $"offer {offer.Id} has {free} units free, not {input.FreeQuantity}";
            if (input.FreeQuantity < free - HeldByProposerOnly(offer, slot, proposal)) return $"offer {offer.Id} has {free} units free and only {input.FreeQuantity} are in the input";
            if (offer.Distinct && !FilledOwnersOf(offer, slot).All(input.FilledOwners.Contains)) return $"a counterparty of the distinct offer {offer.Id} is left out";
        }

        return null;
    }

    /// <summary>Rule 3: every valid offer that was early for me is in the input, or is excused.</summary>
    private string? WhyIncomplete(Slot slot, Proposal proposal)
    {
        var early = _rules.Schedule.EarlyBoundOf(slot);
        var inputs = proposal.Inputs.Select(input => input.Offer).ToHashSet();
        foreach (var side in new[] { Side.Bid, Side.Ask })
        {
            var inSide = proposal.Inputs.Select(input => _offers.Find(input.Offer)!.Offer).Where(offer => offer.Side == side).ToArray();
            var worst = inSide.Length < _rules.SideDepth ? null : inSide.Aggregate((left, right) => OfferOrder.Compare(left, right) > 0 ? left : right);
            foreach (var state in _offers.Eligible(side, slot))
            {
                if (state.Arrived > early || inputs.Contains(state.Offer.Id)) continue;
                if (worst is not null && OfferOrder.Compare(state.Offer, worst) > 0) break;
                if (inSide.Any(offer => offer.Owner == state.Offer.Owner && offer.Sequence == state.Offer.Sequence)) continue;
                if (FreeOf(state.Offer, slot) - HeldByProposerOnly(state.Offer, slot, proposal) > 0) return $"offer {state.Offer.Id} was here in time and is left out";
            }
        }

        return null;
    }

    /// <summary>Units that the proposer's signed and named votes hold and mine do not: the excuse for a smaller free quantity.</summary>
    private int HeldByProposerOnly(Offer offer, Slot slot, Proposal proposal)
    {
        var proposer = _config.IndexOf(proposal.Proposer);
        return _slots.Values
            .Where(state => state.Certified is null && state.Slot < slot && slot <= _rules.Schedule.LastActivationSlotOf(state.Slot))
            .Where(state => state.Votes.TryGetValue(proposer, out var vote) && vote.Result != state.MyResult)
            .Select(state => state.ProposalOf(state.Votes[proposer].Result))
            .OfType<Proposal>()
            .Where(held => proposal.Excuses.Contains(held.Id) && TryCompute(held))
            .Sum(held => HeldIn(held.Computed!.Bodies.Select(body => FillBody.Parser.ParseFrom(body)).ToArray(), offer.Id));
    }

    private void RestoreVote(JournalEntry entry)
    {
        var journaled = JournaledVote.Parser.ParseFrom(entry.Payload);
        if (!SlotResult.TryParse(journaled.Vote.Body, out var result) || result.Market != _rules.Market) return;
        var state = StateOf(result.Slot);
        (state.MyResult, state.MyVote, state.MyVoteIsDurable) = (result.Id, journaled.Vote, true);
        state.MyHold = journaled.Fills.Select(fill => FillBody.Parser.ParseFrom(fill)).ToArray();
        state.ResendAt = _rules.Schedule.CutoffOf(result.Slot);
        if (result.Config == _config.Id) state.Votes.TryAdd(_me, (result.Id, journaled.Vote));
        else state.ResendAt = null;
        _clock.Restore(result.Slot);
    }
}
