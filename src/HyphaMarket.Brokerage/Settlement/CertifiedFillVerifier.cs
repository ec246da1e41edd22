using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Checks certificates against the broker sets that this node accepted, and no others: a set that comes with a claim proves nothing.</summary>
/// <param name="acceptedConfig">The accepted config with this record id, if it may have certified this slot; else null.</param>
public sealed class CertifiedFillVerifier(NetworkId network, Func<RecordId, Slot, EpochConfig?> acceptedConfig, ISignatureVerifier verifier) : IFillVerifier
{
    public FillVerdict Verify(FillCertificate? certificate)
    {
        if (certificate is null) return FillVerdict.Fail("There is no certificate.");
        if (!SlotResult.TryParse(certificate, out var result)) return FillVerdict.Fail("The result is malformed.");
        if (acceptedConfig(result.Config, result.Slot) is not { } config) return FillVerdict.Unknown(result.Config);

        var verification = FillCertificates.Verify(network, config, certificate, verifier);
        return verification.IsProven
            ? FillVerdict.Proven(FillOf(result, verification.Fill!, verification.MatchId))
            : FillVerdict.Fail(verification.Failure!);
    }

    /// <summary>What was proven of a fill, as values.</summary>
    internal static VerifiedFill FillOf(SlotResult result, FillBody fill, Hash256 match) => new(match, result.Market, result.Slot, (int)fill.Quantity, fill.Legs.Select(LegOf).ToArray());

    private static FillLeg LegOf(Leg leg) => new(
        new OfferId(new Hash256(leg.Offer.Span)),
        new ParticipantId(leg.Owner.Span),
        new MicroCredits(leg.PriceMicros),
        new MicroCredits(leg.LimitMicros),
        new Slot(leg.LastSlot));
}
