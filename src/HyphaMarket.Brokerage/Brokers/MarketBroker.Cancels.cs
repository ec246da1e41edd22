using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// Cancels, and the offers that replace what they cancel.
public sealed partial class MarketBroker
{
    /// <summary>A cancel holds the offer's body, and perhaps another offer with the proof that authorises it.</summary>
    private const int MaxCancelSize = 3 * OfferRecords.MaxBodySize;

    private Intake IngestCancel(Instant now, ParticipantId from, Record record, RecordSource source)
    {
        if (record.Body.Length > MaxCancelSize || record.Read(ReadCancel.Of) is not { } cancel) return Intake.Wrong(OfferRefusal.Malformed, "The cancel cannot be read.");
        if (cancel.Offer is not { } offer) return Intake.Wrong(OfferRefusal.Malformed, "The cancel holds no offer that can be read.");
        var body = cancel.Body;
        if (offer.Market != _rules.Market) return Intake.Wrong(OfferRefusal.UnknownMarket, $"The cancelled offer is for market {offer.Market}; I broker {_rules.Market}.");
        if (ReadReplacement(body, offer, out var replacement) is { } unreadable) return unreadable;
        if (RateLimited(now, from, source) is { } limited) return limited;
        var id = SignedRecords.IdOf(record);
        if (_replica.Contains(id)) return Intake.Known;
        if (Examine(offer, id, record) is { } refused) return refused;

        // Cancel and replacement are one record: an owner who cannot have the second keeps what the first would end.
        var isNew = replacement is not null && _offers.FindSigned(replacement.Id) is null;
        var against = isNew ? Examine(replacement!, body.Replacement, source, offer.Id) : null;
        if (source == RecordSource.Owner && against is not null) return against.Value;

        var kept = Cancel(now, offer, id, record);
        if (kept.IsNew && isNew && against is null) Keep(now, replacement!, body.Replacement);
        return kept;
    }

    private Intake? ReadReplacement(CancelBody body, Offer cancelled, out Offer? replacement)
    {
        replacement = null;
        if (body.Replacement is not { } record) return null;
        if (record.Kind != RecordKind.Offer) return Intake.Wrong(OfferRefusal.Malformed, "What replaces an offer is an offer.");
        if (Read(record, out replacement) is { } unreadable) return unreadable;
        return replacement!.Owner == cancelled.Owner && replacement.Id != cancelled.Id
            ? null
            : Intake.Wrong(OfferRefusal.Malformed, "An offer is replaced by another one of the same owner.");
    }

    /// <summary>Whether a cancel that is not here may be kept; changes nothing. Null when it may.</summary>
    private Intake? Examine(Offer offer, RecordId id, Record record)
    {
        // The cancel may come before its offer, and takes its place then: it has the same window but for the start, which was long ago.
        if (Window(offer, RecordSource.FellowBroker) is { IsFine: false } window) return new Intake(window);
        var verdict = OfferRules.Check(offer, _limits, _rules.Clearing);
        if (!verdict.IsFine) return Intake.Wrong(verdict);
        var bits = ProofOfWork.RequiredBits(_rules.WorkBits, 1, BundleSizeOf(record));
        if (!ProofOfWork.Check(id.Value, record.WorkNonce, bits))
        {
            return Intake.Wrong(OfferRefusal.InsufficientWork, $"The proof of work must have {bits} leading zero bits. Search a nonce for this cancel's id.") with { WorkBits = bits };
        }

        return SignedRecords.VerifySignature(_rules.Network, record, offer.Owner, _verifier)
            ? null
            : Intake.Wrong(OfferRefusal.BadSignature, "The signature is not the owner's over this cancel on this network.");
    }

    /// <summary>
    /// Of several cancels of one offer the one with the lowest id is kept, whatever came first, so that replicas become equal. In time is what the
    /// first of them was.
    /// </summary>
    private Intake Cancel(Instant now, Offer offer, RecordId id, Record record)
    {
        var earlier = _offers.Find(offer.Id)?.Cancel;
        if (earlier is not null && earlier.Id < id) return Intake.Refused(OfferRefusal.Duplicate, "The offer is cancelled already.");
        if (!_offers.TryCancel(offer, new CancelState(id, earlier?.Arrived ?? now), out var fallen))
        {
            return Intake.Refused(OfferRefusal.BookFull, "The side is full of better offers: this one is not kept, and there is nothing to cancel.");
        }

        if (earlier is not null) _replica.Remove(earlier.Id);
        _replica.Add(id, record, offer.LastSlot);
        OnFallen(fallen);
        return Intake.New;
    }

    private sealed record ReadCancel(CancelBody Body, Offer? Offer)
    {
        public static ReadCancel? Of(Record record) =>
            StrictParser.TryParse(CancelBody.Parser, record.Body, out var body) ? new ReadCancel(body, OfferRecords.TryParse(body.Offer, out var offer) ? offer : null) : null;
    }
}
