using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>What a broker answers to a submission: a receipt, still to be signed, or why not.</summary>
/// <param name="Receipt">Null where it was refused.</param>
public readonly record struct Admitted(AdmissionVerdict Verdict, OfferReceiptBody? Receipt)
{
    /// <summary>The answer for the owner. A signature takes longer than all that the core does for an offer, so it is made where the caller likes.</summary>
    public SubmitResult ToResult(NetworkId network, ISigner signer) => Receipt is { } body
        ? new SubmitResult { Receipt = SignedRecords.Sign(network, RecordKind.Receipt, body, signer) }
        : new SubmitResult { Refusal = Verdict.ToRefusal() };
}
