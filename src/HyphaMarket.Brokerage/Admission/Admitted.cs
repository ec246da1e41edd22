using Google.Protobuf;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>What a broker answers to a submitted record: a receipt, still to be signed, or why not.</summary>
/// <param name="Verdict">Null where nobody looked at it, since this node does not broker the market.</param>
/// <param name="Given">When the receipt was given; null where there is none.</param>
/// <param name="Rank">In its side of the store, from 1; 0 = below the kept.</param>
public readonly record struct Admitted(AdmissionVerdict? Verdict, ReceiptMoment? Given = null, int Rank = 0)
{
    /// <summary>The answer for the owner.</summary>
    public SubmitResult ToResult(Record record, NetworkId network, ISigner signer) => Given is not null
        ? new SubmitResult { Receipt = SignedRecords.Sign(network, RecordKind.Receipt, ToReceipt(SignedRecords.IdOf(record)), signer) }
        : new SubmitResult { Refusal = Verdict!.ToRefusal() };

    /// <summary>The receipts of one submission, signed together where there are several.</summary>
    /// <param name="ids">Of the records that are answered; only those with a receipt are looked at.</param>
    /// <returns>In the order of the answers; null where there is none.</returns>
    public static Record?[] SignReceipts(IReadOnlyList<Admitted> answers, IReadOnlyList<RecordId> ids, NetworkId network, ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(ids);
        var bodies = new List<ByteString>(answers.Count);
        for (var i = 0; i < answers.Count; i++) if (answers[i].Given is not null) bodies.Add(answers[i].ToReceipt(ids[i]));
        var signed = new List<Record>(bodies.Count);
        // A submission may hold some more than a bundle does.
        for (var from = 0; from < bodies.Count; from += Bundles.MaxSize)
        {
            var some = bodies.GetRange(from, Math.Min(Bundles.MaxSize, bodies.Count - from));
            if (some.Count == 1) signed.Add(SignedRecords.Sign(network, RecordKind.Receipt, some[0], signer));
            else signed.AddRange(Bundles.Sign(network, RecordKind.Receipt, some, signer));
        }

        var (receipts, next) = (new Record?[answers.Count], 0);
        for (var i = 0; i < receipts.Length; i++) if (answers[i].Given is not null) receipts[i] = signed[next++];
        return receipts;
    }

    /// <summary>The bytes of a receipt that are signed.</summary>
    private ByteString ToReceipt(RecordId record) => new OfferReceiptBody
    {
        Record = record.Value.ToByteString(),
        Market = Given!.Market.Value.ToByteString(),
        Slot = Given.Slot.Value,
        Rank = (uint)Rank,
        UnixMs = Given.At.UnixMs,
    }.ToByteString();
}
