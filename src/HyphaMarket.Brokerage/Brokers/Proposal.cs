using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Merkle;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>A proposer's signed input and result of one slot.</summary>
internal sealed class Proposal
{
    /// <summary>The most excuses: enough for four records about every input of the largest book. What does not fit is exchanged by reconciliation.</summary>
    public const int MaxExcuses = 4096;

    private readonly ProposalContent _content;

    private Proposal(Record record, ProposalContent content) => (Record, _content) = (record, content);

    public RecordId Id => _content.Id;
    public Record Record { get; }
    public SlotResult Result => _content.Result;
    public ParticipantId Proposer => _content.Proposer;
    public IReadOnlyList<ProposalInput> Inputs => _content.Inputs;
    public IReadOnlyList<RecordId> Excuses => _content.Excuses;

    /// <summary>The fills, known once this broker has recomputed them (or made them).</summary>
    public ComputedFills? Computed { get; set; }

    /// <summary>All its offers were here, and the result is not what they give: it never will be, so it is not computed again.</summary>
    public bool IsFalse { get; set; }

    /// <summary>Whether the proposal names this record, as an input or an excuse.</summary>
    public bool Names(RecordId record) => _content.Names(record);

    /// <summary>Whether the offer is in the input.</summary>
    public bool HasInput(OfferId offer) => _content.HasInput(offer);

    /// <summary>Offers of the input are not here, so it could not be judged.</summary>
    public bool LacksOffers { get; set; }

    /// <summary>What this broker knew when it last found a rule broken; all that the proposal names was here.</summary>
    public (long Book, long Heard)? WithheldAt { get; set; }

    /// <summary>A fetch for what this proposal names is under way.</summary>
    public bool IsFetching { get; set; }

    /// <summary>Fetches that brought nothing of what was asked for, since the slot began.</summary>
    public int VainFetches { get; set; }

    /// <summary>Fetches in all.</summary>
    public int Fetches { get; set; }

    /// <summary>The Merkle root over the entries' bytes.</summary>
    public static Hash256 InputRootOf(IEnumerable<InputEntry> entries) =>
        MerkleTree.FromLeaves(entries.Select(entry => entry.ToByteArray())).Root;

    /// <summary>A proposal of this node, as all will read it: what was just written is not read again.</summary>
    public static Proposal Of(Record record, SlotResult result, ParticipantId proposer, IReadOnlyList<ProposalInput> inputs, IReadOnlyList<RecordId> excuses) =>
        new(record, record.Read(_ => new ProposalContent(SignedRecords.IdOf(record), result, proposer, inputs, excuses))!);

    /// <summary>Reads a proposal and checks its form: bounds, order, the input root. The signature is checked by the caller.</summary>
    public static bool TryParse(Record record, int mostInputs, [NotNullWhen(true)] out Proposal? proposal)
    {
        proposal = null;
        if (record is not { Kind: RecordKind.Proposal } || record.Read(read => ProposalContent.Of(read, mostInputs)) is not { } content || content.Inputs.Count > mostInputs) return false;
        proposal = new Proposal(record, content);
        return true;
    }
}
