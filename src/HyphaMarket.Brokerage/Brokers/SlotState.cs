using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>One match slot on its way to a certificate.</summary>
internal sealed class SlotState(Slot slot)
{
    public Slot Slot { get; } = slot;

    /// <summary>Signed proposals by record id; bounded by the options.</summary>
    public Dictionary<RecordId, Proposal> Proposals { get; } = [];

    /// <summary>The first vote of each member.</summary>
    public SortedList<int, (RecordId Result, Record Vote)> Votes { get; } = [];

    /// <summary>The result that I voted for; set before it is durable, so that no second vote can start.</summary>
    public RecordId? MyResult { get; set; }

    /// <summary>My signed vote; shown only when <see cref="MyVoteIsDurable"/>.</summary>
    public Record? MyVote { get; set; }

    /// <summary>The fills that my vote holds.</summary>
    public VoteHold MyHold { get; set; } = VoteHold.None;

    /// <summary>Why I did not vote so far, so that each reason is reported once.</summary>
    public string? Withheld { get; set; }

    /// <summary>My vote is on disk and may be shown.</summary>
    public bool MyVoteIsDurable { get; set; }

    public CertifiedSlot? Certified { get; set; }

    /// <summary>When my vote or proposal is sent again to those who have not answered with theirs.</summary>
    public Instant? ResendAt { get; set; }

    public bool HasProposed { get; set; }
    public bool IsClosed { get; set; }

    /// <summary>Whether votes that cannot all be from faulty members name this result.</summary>
    public bool IsBacked(RecordId result, int oneHonest) => Votes.Values.Count(vote => vote.Result == result) >= oneHonest;

    /// <summary>The proposal of a result, if it is here.</summary>
    public Proposal? ProposalOf(RecordId result)
    {
        foreach (var proposal in Proposals.Values)
        {
            if (proposal.Result.Id == result) return proposal;
        }

        return null;
    }

    /// <summary>Proposals that are here and for whose result some member's vote is here, mine included.</summary>
    public IEnumerable<Proposal> VotedFor() => Proposals.Values.Where(IsVotedFor);

    public bool IsVotedFor(Proposal proposal)
    {
        if (MyResult == proposal.Result.Id) return true;
        for (var i = 0; i < Votes.Count; i++)
        {
            if (Votes.GetValueAtIndex(i).Result == proposal.Result.Id) return true;
        }

        return false;
    }

    public IEnumerable<MemberSignature> VotesFor(RecordId result) =>
        Votes.Where(vote => vote.Value.Result == result).Select(vote => new MemberSignature { Member = (uint)vote.Key, Signature = vote.Value.Vote.Signature });
}
