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

    private readonly HashSet<RecordId> _named;

    private Proposal(Record record, ProposalBody body, SlotResult result, ParticipantId proposer, ProposalInput[] inputs, RecordId[] excuses)
    {
        Id = SignedRecords.IdOf(record);
        (Record, Body, Result, Proposer, Inputs, Excuses) = (record, body, result, proposer, inputs, excuses);
        _named = [.. excuses, .. inputs.Select(input => new RecordId(input.Offer.Value))];
    }

    public RecordId Id { get; }
    public Record Record { get; }
    public ProposalBody Body { get; }
    public SlotResult Result { get; }
    public ParticipantId Proposer { get; }
    public IReadOnlyList<ProposalInput> Inputs { get; }
    public IReadOnlyList<RecordId> Excuses { get; }

    /// <summary>The fills, known once this broker has recomputed them (or made them).</summary>
    public ComputedFills? Computed { get; set; }

    /// <summary>All its offers were here, and the result is not what they give: it never will be, so it is not computed again.</summary>
    public bool IsFalse { get; set; }

    /// <summary>Whether the proposal names this record, as an input or an excuse.</summary>
    public bool Names(RecordId record) => _named.Contains(record);

    /// <summary>Offers of the input are not here, so it could not be judged.</summary>
    public bool LacksOffers { get; set; }

    /// <summary>A fetch for what this proposal names is under way.</summary>
    public bool IsFetching { get; set; }

    /// <summary>Fetches that brought nothing of what was asked for, since the slot began.</summary>
    public int VainFetches { get; set; }

    /// <summary>Fetches in all.</summary>
    public int Fetches { get; set; }

    /// <summary>The Merkle root over the entries' bytes.</summary>
    public static Hash256 InputRootOf(IEnumerable<InputEntry> entries) =>
        MerkleTree.FromLeaves(entries.Select(entry => entry.ToByteArray())).Root;

    /// <summary>Reads a proposal and checks its form: bounds, order, the input root. The signature is checked by the caller.</summary>
    public static bool TryParse(Record record, int mostInputs, [NotNullWhen(true)] out Proposal? proposal)
    {
        proposal = null;
        if (record is not { Kind: RecordKind.Proposal } || !StrictParser.TryParse(ProposalBody.Parser, record.Body, out var body)) return false;
        if (!ParticipantId.TryFromBytes(body.Proposer.Span, out var proposer) || !SlotResult.TryParse(body.Result, out var result)) return false;
        if (body.Inputs.Count > mostInputs || body.Excuses.Count > MaxExcuses) return false;

        var inputs = new ProposalInput[body.Inputs.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            if (!ProposalInput.TryParse(body.Inputs[i], out inputs[i]!)) return false;
            if (i > 0 && inputs[i - 1].Offer >= inputs[i].Offer) return false;
        }

        var excuses = new RecordId[body.Excuses.Count];
        for (var i = 0; i < excuses.Length; i++)
        {
            if (!RecordId.TryFromBytes(body.Excuses[i].Span, out excuses[i])) return false;
        }

        if (InputRootOf(body.Inputs) != result.InputRoot) return false;
        proposal = new Proposal(record, body, result, proposer, inputs, excuses);
        return true;
    }
}
