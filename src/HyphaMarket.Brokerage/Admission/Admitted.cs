using Google.Protobuf;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>What a broker answers to a submission: a receipt, still to be signed, or why not.</summary>
/// <param name="Receipt">Null where it was refused.</param>
public readonly record struct Admitted(AdmissionVerdict Verdict, OfferReceipt? Receipt)
{
    /// <summary>The answer for the owner.</summary>
    public SubmitResult ToResult(NetworkId network, ISigner signer) => Receipt is { } receipt
        ? new SubmitResult { Receipt = SignedRecords.Sign(network, RecordKind.Receipt, receipt.ToBody(), signer) }
        : new SubmitResult { Refusal = Verdict.ToRefusal() };

    /// <summary>The receipts of one submission, signed together where there are several.</summary>
    /// <returns>In the order of the answers; null where there is none.</returns>
    public static Record?[] SignReceipts(IReadOnlyList<Admitted?> answers, NetworkId network, ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var bodies = new List<ByteString>(answers.Count);
        foreach (var answer in answers) if (answer?.Receipt is { } receipt) bodies.Add(receipt.ToBody());
        var signed = new List<Record>(bodies.Count);
        // A submission may hold some more than a bundle does.
        for (var from = 0; from < bodies.Count; from += Bundles.MaxSize)
        {
            var some = bodies.GetRange(from, Math.Min(Bundles.MaxSize, bodies.Count - from));
            if (some.Count == 1) signed.Add(SignedRecords.Sign(network, RecordKind.Receipt, some[0], signer));
            else signed.AddRange(Bundles.Sign(network, RecordKind.Receipt, some, signer));
        }

        var (receipts, next) = (new Record?[answers.Count], 0);
        for (var i = 0; i < receipts.Length; i++) if (answers[i]?.Receipt is not null) receipts[i] = signed[next++];
        return receipts;
    }
}
