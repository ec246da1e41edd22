using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>Accepted, settled and released records, as a broker reads them.</summary>
internal static class SettlementFactRecords
{
    /// <summary>Twice the largest that honest sellers write: a settled record with its activation has less than 1 KiB, ids of 64 bytes included 2 KiB.</summary>
    private const int MaxSize = 4 * 1024;

    public static bool TryParse(Record record, [NotNullWhen(true)] out MatchTerms? terms)
    {
        terms = record.Body.Length > MaxSize ? null : record.Read(static read => TryParseAnew(read, out var parsed) ? parsed : null);
        return terms is not null;
    }

    private static bool TryParseAnew(Record record, [NotNullWhen(true)] out MatchTerms? terms)
    {
        terms = record.Kind switch
        {
            RecordKind.Accepted when StrictParser.TryParse(AcceptedBody.Parser, record.Body, out var body) => body.Terms,
            RecordKind.Settled when StrictParser.TryParse(SettledBody.Parser, record.Body, out var body) => body.Terms,
            // A late release says only that the deadline passed, which everybody knows; as a fact it would take an innocent seller's units.
            RecordKind.Released when StrictParser.TryParse(ReleasedBody.Parser, record.Body, out var body) && body.Reason != ReleaseReason.Late => body.Terms,
            _ => null,
        };
        return terms is not null
            && terms.Match.Length == Hash256.Size
            && ParticipantId.TryFromBytes(terms.Seller.Span, out _)
            && ParticipantId.TryFromBytes(terms.Buyer.Span, out _)
            && terms.LastSlot >= 0;
    }

    /// <summary>The seller's signature, and in a settled record also the buyer's under the activation of the same terms.</summary>
    public static bool Verify(NetworkId network, Record record, MatchTerms terms, ISignatureVerifier verifier)
    {
        if (!SignedRecords.VerifySignature(network, record, new ParticipantId(terms.Seller.Span), verifier)) return false;
        if (record.Kind != RecordKind.Settled) return true;
        return StrictParser.TryParse(SettledBody.Parser, record.Body, out var settled)
            && settled.Activated is { Kind: RecordKind.Activated } activated
            && StrictParser.TryParse(ActivatedBody.Parser, activated.Body, out var activation)
            && terms.Equals(activation.Terms)
            && SignedRecords.VerifySignature(network, activated, new ParticipantId(terms.Buyer.Span), verifier);
    }
}
