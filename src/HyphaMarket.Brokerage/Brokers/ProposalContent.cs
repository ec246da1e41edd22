using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>What a proposal says, whoever judges it.</summary>
internal sealed class ProposalContent
{
    private readonly HashSet<RecordId> _excuses;
    private readonly HashSet<OfferId> _inputs;

    internal ProposalContent(RecordId id, SlotResult result, ParticipantId proposer, IReadOnlyList<ProposalInput> inputs, IReadOnlyList<RecordId> excuses)
    {
        (Id, Result, Proposer, Inputs, Excuses) = (id, result, proposer, inputs, excuses);
        _excuses = new HashSet<RecordId>(excuses);
        _inputs = new HashSet<OfferId>(inputs.Count);
        foreach (var input in inputs) _inputs.Add(input.Offer);
    }

    public RecordId Id { get; }
    public SlotResult Result { get; }
    public ParticipantId Proposer { get; }
    public IReadOnlyList<ProposalInput> Inputs { get; }
    public IReadOnlyList<RecordId> Excuses { get; }

    /// <summary>Whether the proposal names this record, as an input or an excuse.</summary>
    public bool Names(RecordId record) => _excuses.Contains(record) || _inputs.Contains(new OfferId(record.Value));

    /// <summary>Whether the offer is in the input.</summary>
    public bool HasInput(OfferId offer) => _inputs.Contains(offer);

    /// <summary>Reads a proposal and checks its form: bounds, order, the input root; null where it is malformed.</summary>
    public static ProposalContent? Of(Record record, int mostInputs)
    {
        if (!StrictParser.TryParse(ProposalBody.Parser, record.Body, out var body)) return null;
        if (!ParticipantId.TryFromBytes(body.Proposer.Span, out var proposer) || !SlotResult.TryParse(body.Result, out var result)) return null;
        if (body.Inputs.Count > mostInputs || body.Excuses.Count > Proposal.MaxExcuses) return null;

        var inputs = new ProposalInput[body.Inputs.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            if (!ProposalInput.TryParse(body.Inputs[i], out inputs[i]!)) return null;
            if (i > 0 && inputs[i - 1].Offer >= inputs[i].Offer) return null;
        }

        var excuses = new RecordId[body.Excuses.Count];
        for (var i = 0; i < excuses.Length; i++)
        {
            if (!RecordId.TryFromBytes(body.Excuses[i].Span, out excuses[i])) return null;
        }

        return Proposal.InputRootOf(body.Inputs) == result.InputRoot ? new ProposalContent(SignedRecords.IdOf(record), result, proposer, inputs, excuses) : null;
    }
}
