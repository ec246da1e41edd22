using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Records;

/// <summary>Proof that a broker broke the rules: two proposals, or two votes for different results, that it signed in one slot of one market.</summary>
/// <remarks>
/// It needs no signature of its own, since the two inside prove it to everybody. One pair gives one record, whoever makes it: the two stand in the
/// order of their ids, without anything that their signer did not sign, in exactly the bytes that this class writes. Else whoever passes it on
/// could give it new ids for ever.
/// </remarks>
public sealed class Evidence
{
    /// <summary>The largest body, so that it fits into a gossiped message of 1 MiB: two proposals of a full book have 360 KiB.</summary>
    public const int MaxSize = 960 * 1024;

    private Evidence(Record record, Statement first, Statement second)
    {
        (Record, First, Second) = (record, first, second);
        Id = SignedRecords.IdOf(record);
    }

    public Record Record { get; }
    public RecordId Id { get; }

    /// <summary>Who signed both.</summary>
    public ParticipantId Offender => First.Signer;

    public MarketId Market => First.Market;
    public Slot Slot => First.Slot;

    /// <summary>Proposal or vote.</summary>
    public RecordKind Kind => First.Record.Kind;

    private Statement First { get; }
    private Statement Second { get; }

    /// <summary>Makes the record of two that were received; their signatures are taken as checked.</summary>
    /// <returns>False where they do not contradict each other.</returns>
    public static bool TryBuild(Record one, Record other, [NotNullWhen(true)] out Evidence? evidence)
    {
        evidence = null;
        if (!Statement.TryRead(one, out var left) || !Statement.TryRead(other, out var right)) return false;
        var (first, second) = left.Id < right.Id ? (left, right) : (right, left);
        if (!first.Contradicts(second)) return false;
        var body = new EvidenceBody { First = first.Record, Second = second.Record };
        evidence = new Evidence(new Record { Kind = RecordKind.Evidence, Body = body.ToByteString() }, first, second);
        return true;
    }

    /// <summary>Reads evidence and checks that it is one contradiction in its one form; the signatures are checked by <see cref="Verify"/>.</summary>
    public static bool TryParse(Record? record, [NotNullWhen(true)] out Evidence? evidence)
    {
        evidence = null;
        return record is { Kind: RecordKind.Evidence }
            && record.Body.Length <= MaxSize
            && StrictParser.TryParse(EvidenceBody.Parser, record.Body, out var body)
            && TryBuild(body.First, body.Second, out evidence)
            && evidence.Record.Body == record.Body;
    }

    /// <summary>Whether the offender signed both. That it was a broker of the market is for the caller, who knows the broker set.</summary>
    public bool Verify(NetworkId network, ISignatureVerifier verifier) =>
        SignedRecords.VerifySignature(network, First.Record, Offender, verifier) && SignedRecords.VerifySignature(network, Second.Record, Offender, verifier);

    /// <summary>What a broker said of a slot, in the one form in which evidence holds it.</summary>
    private sealed record Statement(Record Record, RecordId Id, ParticipantId Signer, MarketId Market, Slot Slot)
    {
        public static bool TryRead(Record? record, [NotNullWhen(true)] out Statement? statement)
        {
            statement = null;
            if (record is null || record.AuthorisationCase != Record.AuthorisationOneofCase.Signature) return false;
            var body = record.Kind switch
            {
                RecordKind.Vote => record.Body,
                RecordKind.Proposal when StrictParser.TryParse(ProposalBody.Parser, record.Body, out var proposal) => proposal.Result,
                _ => null,
            };
            if (body is null || !SlotResult.TryParse(body, out var result) || !TryReadSigner(record, out var signer)) return false;
            var plain = new Record { Kind = record.Kind, Body = record.Body, Signature = record.Signature };
            if (record.Kind == RecordKind.Vote) plain.Signer = ByteString.CopyFrom(signer.Span);
            statement = new Statement(plain, SignedRecords.IdOf(plain), signer, result.Market, result.Slot);
            return true;
        }

        public bool Contradicts(Statement other) =>
            Record.Kind == other.Record.Kind && Signer == other.Signer && Market == other.Market && Slot == other.Slot && Id != other.Id;

        private static bool TryReadSigner(Record record, out ParticipantId signer) => record.Kind == RecordKind.Vote
            ? ParticipantId.TryFromBytes(record.Signer.Span, out signer)
            : ParticipantId.TryFromBytes(ProposalBody.Parser.ParseFrom(record.Body).Proposer.Span, out signer);
    }
}
