using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Merkle;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>A slot's result with the votes of a quorum.</summary>
public sealed class CertifiedSlot
{
    private readonly MerkleTree _tree;
    private readonly FillCertificate?[] _certificates;

    private CertifiedSlot(Record record, CertificateBody body, SlotResult result, FillBody[] fills, MerkleTree tree)
    {
        (Record, Body, Result, Fills, _tree) = (record, body, result, fills, tree);
        _certificates = new FillCertificate?[fills.Length];
        Id = SignedRecords.IdOf(record);
        LastSlot = fills.SelectMany(fill => fill.Legs).Select(leg => leg.LastSlot).Append(result.Slot.Value).Max();
    }

    public RecordId Id { get; }
    public Record Record { get; }
    public CertificateBody Body { get; }
    public SlotResult Result { get; }
    public IReadOnlyList<FillBody> Fills { get; }

    /// <summary>The last slot of the latest offer in it: after this the record may be forgotten.</summary>
    public long LastSlot { get; }

    /// <summary>Builds the record from a result, its fills and at least q member signatures.</summary>
    public static CertifiedSlot Build(SlotResult result, IEnumerable<ByteString> fills, IEnumerable<MemberSignature> votes)
    {
        ArgumentNullException.ThrowIfNull(result);
        var body = new CertificateBody { Result = result.Bytes };
        body.Fills.AddRange(fills);
        var record = new Record { Kind = RecordKind.Certificate, Body = body.ToByteString(), Members = new MemberSignatures() };
        record.Members.Signatures.AddRange(votes.OrderBy(vote => vote.Member));
        return TryParse(record, out var slot) ? slot : throw new InvalidOperationException("A certificate of checked parts is well formed.");
    }

    /// <summary>Reads a certificate and checks that its fills are the ones under the result's root; the votes are checked by <see cref="HasQuorum"/>.</summary>
    public static bool TryParse(Record record, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CertifiedSlot? slot)
    {
        slot = record is { Kind: RecordKind.Certificate } ? record.Read(static read => TryParseAnew(read, out var parsed) ? parsed : null) : null;
        return slot is not null;
    }

    private static bool TryParseAnew(Record record, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CertifiedSlot? slot)
    {
        slot = null;
        if (!StrictParser.TryParse(CertificateBody.Parser, record.Body, out var body)) return false;
        if (!SlotResult.TryParse(body.Result, out var result) || result.Body.Fills != body.Fills.Count) return false;
        var tree = FillBodies.TreeOf(body.Fills);
        if (tree.Root != result.ResultRoot) return false;
        var fills = new FillBody[body.Fills.Count];
        for (var i = 0; i < fills.Length; i++)
        {
            if (!FillBodies.TryParse(body.Fills[i], out var fill)) return false;
            fills[i] = fill;
        }

        slot = new CertifiedSlot(record, body, result, fills, tree);
        return true;
    }

    /// <summary>Whether q members of the config voted for this result.</summary>
    public bool HasQuorum(NetworkId network, EpochConfig config, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Result.Config == config.Id
            && Result.Market == config.Market
            && MemberQuorum.Holds(config, Record.Members, SignedRecords.SigningBytes(network, RecordKind.Vote, Result.Bytes.Span), verifier);
    }

    /// <summary>Whether a fill has a leg of this owner.</summary>
    public bool Concerns(int index, ParticipantId owner)
    {
        // By index: the enumerator of a message's list is an allocation, and every owner is asked about with every fill.
        var legs = Fills[index].Legs;
        for (var i = 0; i < legs.Count; i++)
        {
            if (legs[i].Owner.Span.SequenceEqual(owner.Span)) return true;
        }

        return false;
    }

    /// <summary>The certificate of one fill, cut once.</summary>
    public FillCertificate CertificateOf(int index) => _certificates[index] ??= FillCertificates.Of(Record, Body, _tree, index);
}
