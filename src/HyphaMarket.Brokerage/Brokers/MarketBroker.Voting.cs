using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// Proposals of others, votes, certificates.
public sealed partial class MarketBroker
{
    /// <summary>A proposal names records that I lack: after so many fetches in a slot that brought nothing, I ask no more in that slot.</summary>
    private const int MostVainFetches = 3;

    /// <summary>And never more than so many for one proposal: 5,120 records that come 256 at a time, because they are large.</summary>
    private const int MostFetches = 20;

    private static readonly List<RecordId> NoIds = [];

    /// <summary>Another number after each vote and proposal that came, and each new set: with <see cref="BookVersion"/> all that the voting rules look at.</summary>
    private long _heard;

    private string? OnProposal(Instant now, ParticipantId from, Record record)
    {
        if (!Proposal.TryParse(record, _rules.BookDepth, out var proposal)) return "The proposal is malformed.";
        var slot = proposal.Result.Slot;
        if (!IsOpen(now, slot)) return $"Slot {slot} is not open for votes.";
        var config = _sets.Of(slot);
        if (config.IndexOf(proposal.Proposer) < 0 || config.ProposerOf(slot).Peer != proposal.Proposer) return "The proposer has not the turn in this slot.";
        var state = StateOf(slot);
        if (state.Proposals.TryGetValue(proposal.Id, out var known))
        {
            // Who sends it again has its offers, which its proposer may no longer tell.
            if (known.LacksOffers) Consider(now, state, known, from);
            return null;
        }

        // Two are kept as evidence. One of a result that honest members voted for is taken all the same, or a proposer could fill my memory with others.
        if (state.Proposals.Count >= _options.ProposalsPerSlot && !IsMissedBy(state, proposal)) return "Too many proposals for this slot.";
        if (!IsSignedBy(record, proposal.Proposer)) return "The proposal's signature is wrong.";
        if (proposal.Proposer == _signer.Id) NoteOwn(slot, proposal.Result.Id);
        if (state.Proposals.Values.FirstOrDefault() is { } other) Accuse(other.Record, record);
        state.Proposals.Add(proposal.Id, proposal);
        _heard++;
        Consider(now, state, proposal, from);
        CertifyWhenQuorum(now, state, proposal.Result.Id);
        return null;
    }

    private string? OnVote(Instant now, ParticipantId from, Record vote)
    {
        if (vote is null || !SlotResult.TryParse(vote, out var result)) return "The vote is malformed.";
        var config = _sets.Of(result.Slot);
        if (result.Config != config.Id || result.Market != _rules.Market) return "The vote is of another broker set.";
        if (!IsOpen(now, result.Slot)) return $"Slot {result.Slot} is not open for votes.";
        if (!ParticipantId.TryFromBytes(vote.Signer.Span, out var voter)) return "The vote names no voter.";
        var member = config.IndexOf(voter);
        if (member < 0) return "The voter is not a broker of this market.";
        var state = StateOf(result.Slot);
        // What is known is not checked again, nor is another contradiction of who is convicted already.
        if (state.Votes.TryGetValue(member, out var known) && (known.Result == result.Id || IsConvicted(voter))) return null;
        if (!IsSignedBy(vote, voter)) return "The vote's signature is wrong.";
        if (voter == _signer.Id)
        {
            // Who shows me my own vote tells no news, or that my journal is an old copy.
            NoteOwn(result.Slot, result.Id);
            return null;
        }

        if (!NoteVote(state, member, result.Id, vote)) return null;
        // A vote for a proposal that I have not seen: its voter has it.
        if (state.Certified is null && state.ProposalOf(result.Id) is null) Fetch(now, from, result.Slot, result.Id, [result.Id]);
        CertifyWhenQuorum(now, state, result.Id);
        return null;
    }

    /// <summary>Brokers sign for themselves: a certificate has no room for the path of a bundle.</summary>
    private bool IsSignedBy(Record record, ParticipantId member) =>
        record.AuthorisationCase == Record.AuthorisationOneofCase.Signature && SignedRecords.VerifySignature(_rules.Network, record, member, _verifier);

    /// <summary>Whether votes that cannot all be from faulty members name a result of which no proposal is here: at most n / (f + 1) results are such.</summary>
    private bool IsMissedBy(SlotState state, Proposal proposal) =>
        state.ProposalOf(proposal.Result.Id) is null && state.IsBacked(proposal.Result.Id, _sets.Of(state.Slot).Quorum.OneHonest);

    /// <summary>
    /// "Nobody refuses what comes later, before the deadline": from a clock bound before the match slot to its deadline, by my clock and by my slot. The
    /// slot never goes back, so a clock that does cannot open a slot again whose vote is forgotten.
    /// </summary>
    private bool IsOpen(Instant now, Slot slot) =>
        slot.IsMatch
        && slot >= _sets.Of(slot).FirstSlot
        && CurrentSlot <= _rules.Schedule.LastActivationSlotOf(slot)
        && now >= _rules.Schedule.CutoffOf(slot).PlusMs(-2 * _rules.Schedule.ClockBoundMs)
        && now < _rules.Schedule.DeadlineOf(slot);

    private void ReconsiderProposals(Instant now)
    {
        foreach (var state in OpenForMyVote())
        {
            foreach (var proposal in state.Proposals.Values.ToArray()) Consider(now, state, proposal, proposal.Proposer);
        }
    }

    /// <summary>A record came outside of any exchange: what waits for it is looked at again, and nothing else, so that records are cheap to take.</summary>
    private void ReconsiderProposalsNaming(Instant now, RecordId record)
    {
        foreach (var state in OpenForMyVote())
        {
            foreach (var proposal in state.Proposals.Values.ToArray())
            {
                if (proposal.Names(record)) Consider(now, state, proposal, proposal.Proposer);
            }
        }
    }

    private List<SlotState> OpenForMyVote()
    {
        List<SlotState>? open = null;
        for (var i = 0; i < _slots.Count; i++)
        {
            var state = _slots.GetValueAtIndex(i);
            if (state.MyResult is null && state.Certified is null && !state.IsClosed && state.Proposals.Count > 0) (open ??= []).Add(state);
        }

        return open ?? NoSlots;
    }

    /// <summary>Votes for a proposal if every voting rule holds; fetches what it names and I lack.</summary>
    private void Consider(Instant now, SlotState state, Proposal proposal, ParticipantId from)
    {
        if (state.MyResult is not null || state.Certified is not null || !IsOpen(now, state.Slot) || proposal.IsFetching) return;
        if (IsAbstaining || IsCatchingUp || !MayVote || !_sets.MayVoteIn(state.Slot)) return;

        if (MayHaveSigned(state.Slot))
        {
            Withhold(state, "the slot was open when this node started, and not all others have told what it signed");
            return;
        }

        if (IsConvicted(proposal.Proposer))
        {
            Withhold(state, $"{proposal.Proposer} contradicted itself: its turns are void");
            return;
        }

        // Asked with every answer of a fellow broker, and seldom anything has changed that the rules look at.
        if (proposal.WithheldAt == (BookVersion, _heard)) return;
        var lacking = OffersLackedBy(proposal);
        var excuses = ExcusesLackedBy(proposal);
        proposal.LacksOffers = lacking.Count > 0;
        if (lacking.Count + excuses.Count > 0 && proposal.VainFetches < MostVainFetches && proposal.Fetches < MostFetches && from != _signer.Id)
        {
            proposal.IsFetching = Fetch(now, from, state.Slot, proposal.Id, lacking.Concat(excuses));
            if (proposal.IsFetching)
            {
                proposal.Fetches++;
                return;
            }
        }

        if (lacking.Count > 0) Withhold(state, $"{lacking.Count} offers of the input are not to be had");
        else if (WhyNot(state.Slot, proposal) is { } reason)
        {
            Withhold(state, reason);
            if (excuses.Count == 0) proposal.WithheldAt = (BookVersion, _heard);
        }
        else Vote(state, proposal);
    }

    private List<RecordId> OffersLackedBy(Proposal proposal)
    {
        List<RecordId>? lacking = null;
        foreach (var input in proposal.Inputs)
        {
            if (_offers.FindSigned(input.Offer) is null) (lacking ??= []).Add(new RecordId(input.Offer.Value));
        }

        return lacking ?? NoIds;
    }

    private List<RecordId> ExcusesLackedBy(Proposal proposal)
    {
        List<RecordId>? lacking = null;
        foreach (var id in proposal.Excuses)
        {
            if (!_replica.Contains(id) && !IsVotedFor(id)) (lacking ??= []).Add(id);
        }

        return lacking ?? NoIds;
    }

    /// <summary>Whether a proposal of this result is here with a vote for it.</summary>
    private bool IsVotedFor(RecordId result)
    {
        for (var i = 0; i < _slots.Count; i++)
        {
            var state = _slots.GetValueAtIndex(i);
            if (state.ProposalOf(result) is { } held && state.IsVotedFor(held)) return true;
        }

        return false;
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
        _lastOwnVote = new Slot(Math.Max(_lastOwnVote.Value, state.Slot.Value));
        state.MyResult = proposal.Result.Id;
        state.MyHold = proposal.Computed!.Hold;
        BookVersion++;
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
        var config = _sets.Of(state.Slot);
        state.Votes.TryAdd(config.IndexOf(_signer.Id), (state.MyResult!.Value, state.MyVote!));
        Report(BrokerReport.Voted, state.Slot, $"{state.MyHold.Fills} fills");
        // My own proposal leaves only now: after a crash the journaled vote keeps me from proposing again, so I never sign two that anybody sees.
        var mine = state.ProposalOf(state.MyResult.Value) is { } proposal && proposal.Proposer == _signer.Id ? proposal : null;
        foreach (var member in config.Members.Where(member => member.Peer != _signer.Id))
        {
            if (mine is not null) Ask(now, AskedFor.Proposal, member.Peer, new BrokerRequest { Proposal = mine.Record }, state.Slot);
            Ask(now, AskedFor.Vote, member.Peer, new BrokerRequest { Vote = state.MyVote }, state.Slot);
        }

        state.ResendAt = now.PlusMs(_rules.Schedule.LengthMs);
        CertifyWhenQuorum(now, state, state.MyResult.Value);
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
        foreach (var (member, index) in _sets.Of(state.Slot).Members.Select((member, index) => (member, index)))
        {
            if (member.Peer == _signer.Id || (state.Votes.TryGetValue(index, out var vote) && vote.Result == mine)) continue;
            if (proposal is not null) Ask(now, AskedFor.Proposal, member.Peer, new BrokerRequest { Proposal = proposal.Record }, state.Slot);
            Ask(now, AskedFor.Vote, member.Peer, new BrokerRequest { Vote = state.MyVote }, state.Slot);
        }

        state.ResendAt = now.PlusMs(_rules.Schedule.LengthMs);
    }

    /// <summary>"Anyone with q votes forms and gossips the certificate." After the deadline nobody does: owners ignore it, and the seller would be blamed for not accepting.</summary>
    private void CertifyWhenQuorum(Instant now, SlotState state, RecordId result)
    {
        if (state.Certified is not null || now >= _rules.Schedule.DeadlineOf(state.Slot)) return;
        var votes = state.VotesFor(result).ToArray();
        if (votes.Length < _sets.Of(state.Slot).Quorum.Votes || state.ProposalOf(result) is not { } proposal || !TryCompute(proposal)) return;
        var slot = CertifiedSlot.Build(proposal.Result, proposal.Computed!.Bodies, votes);
        KeepCertified(slot);
        // Everybody forms it from the votes; the proposer's copy goes round for those who missed some.
        if (proposal.Proposer == _signer.Id) _effects.Enqueue(new BrokerEffect.Gossip(slot.Record));
    }

    /// <summary>Only votes of slots that may still be open matter: the slot never goes back before the last of them.</summary>
    private void RestoreVotes(IEnumerable<JournalEntry> entries)
    {
        // Only the fills of slots that are still open at the end hold anything: of the others they are not read.
        var fills = new Dictionary<Slot, IReadOnlyList<ByteString>>();
        foreach (var entry in entries)
        {
            var journaled = JournaledVote.Parser.ParseFrom(entry.Payload);
            if (!SlotResult.TryParse(journaled.Vote.Body, out var result) || result.Market != _rules.Market) continue;
            _clock.Restore(result.Slot);
            _sets.OnOwnVote(result.Config);
            var horizon = new Slot(_clock.Current!.Value.Value - _rules.RetainSlots);
            (_ownVotesFrom, _lastOwnVote) = (horizon, _clock.Current.Value);
            if (result.Slot < horizon) continue;
            foreach (var old in _slots.Keys.TakeWhile(key => key < horizon).ToArray()) _slots.Remove(old);
            var state = StateOf(result.Slot);
            (state.MyResult, state.MyVote, state.MyVoteIsDurable) = (result.Id, journaled.Vote, true);
            fills[result.Slot] = journaled.Fills;
            if (result.Config != _sets.Of(result.Slot).Id) continue;
            state.Votes.TryAdd(_sets.Of(result.Slot).IndexOf(_signer.Id), (result.Id, journaled.Vote));
            state.ResendAt = _rules.Schedule.CutoffOf(result.Slot);
        }

        foreach (var (slot, state) in _slots)
        {
            if (fills.TryGetValue(slot, out var held)) state.MyHold = VoteHold.Of(held);
        }
    }
}
