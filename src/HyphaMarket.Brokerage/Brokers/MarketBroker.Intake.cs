using Google.Protobuf;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// What comes in: admission, cheapest check first.
public sealed partial class MarketBroker
{
    /// <summary>Facts about matches that this broker does not know yet, and cancels of offers that it does not know, are bounded by so many times R.</summary>
    private const int StrayFactor = 2;

    /// <summary>An owner's own submission: an offer, a cancel, or a settlement record.</summary>
    public SubmitResult Submit(Instant now, ParticipantId from, Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        AdvanceTo(now);
        var intake = Ingest(now, from, record, RecordSource.Owner);
        return intake.Verdict.IsFine ? new SubmitResult { Receipt = ReceiptFor(now, record) } : new SubmitResult { Refusal = ToRefusal(intake) };
    }

    /// <summary>A record that came by gossip.</summary>
    public GossipVerdict OnGossip(Instant now, ParticipantId from, Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        AdvanceTo(now);
        var intake = Ingest(now, from, record, RecordSource.Gossip);
        if (intake.IsNew) ReconsiderProposals(now);
        if (intake.Verdict.IsFine) return intake.IsNew ? GossipVerdict.Accept : GossipVerdict.Ignore;
        return intake.IsWrongForAll ? GossipVerdict.Reject : GossipVerdict.Ignore;
    }

    private Intake Ingest(Instant now, ParticipantId from, Record record, RecordSource source)
    {
        var intake = record.Kind switch
        {
            RecordKind.Offer => IngestOffer(now, from, record, source),
            RecordKind.Cancel => IngestCancel(now, from, record, source),
            RecordKind.Certificate => IngestCertificate(record),
            RecordKind.Accepted or RecordKind.Settled or RecordKind.Released => IngestFact(now, from, record, source),
            _ => Intake.Wrong(OfferRefusal.Malformed, $"A broker takes no records of the kind {record.Kind}."),
        };
        if (intake.IsNew && source == RecordSource.Owner) _effects.Enqueue(new BrokerEffect.Gossip(record));
        return intake;
    }

    private Intake IngestOffer(Instant now, ParticipantId from, Record record, RecordSource source)
    {
        if (record.Body.Length > OfferRecords.MaxBodySize) return Intake.Wrong(OfferRefusal.Malformed, $"An offer has at most {OfferRecords.MaxBodySize} bytes.");
        if (!OfferRecords.TryParse(record.Body, out var offer)) return Intake.Wrong(OfferRefusal.Malformed, "The offer cannot be read.");
        if (offer.Market != _rules.Market) return Intake.Refused(OfferRefusal.UnknownMarket, $"This offer is for market {offer.Market}; I broker {_rules.Market}.");
        // A known offer is answered whatever its window: its owner asks again after a restart, long after the offer's first slot.
        if (RateLimited(now, from, source) is { } limited) return limited;
        if (_offers.Find(offer.Id) is not null) return Known(offer);
        if (source != RecordSource.FellowBroker || !IsCatchingUp)
        {
            var window = OfferRules.CheckWindow(offer, _limits, CurrentSlot, source == RecordSource.Owner);
            if (!window.IsFine) return new Intake(window);
        }
        else if (offer.LastSlot < CurrentSlot)
        {
            return Intake.Refused(OfferRefusal.OutsideSlotWindow, "The offer has ended.");
        }

        var verdict = OfferRules.Check(offer, _limits, _rules.Clearing);
        if (!verdict.IsFine) return Intake.Wrong(verdict);
        var bits = ProofOfWork.RequiredBits(_rules.WorkBits, offer.Quantity, BundleSizeOf(record));
        if (!ProofOfWork.Check(offer.Id.Value, record.WorkNonce, bits))
        {
            return Intake.Wrong(OfferRefusal.InsufficientWork, $"The proof of work must have {bits} leading zero bits. Search a nonce for this offer's id.") with { WorkBits = bits };
        }

        if (!SignedRecords.VerifySignature(_rules.Network, record, offer.Owner, _verifier))
        {
            return Intake.Wrong(OfferRefusal.BadSignature, "The signature is not the owner's over this offer on this network. Sign with the key of the owner's peer id, for this network id.");
        }

        if (source == RecordSource.Owner && OwnerLimits(offer) is { } over) return over;
        return Keep(now, offer, record);
    }

    private Intake Known(Offer offer) =>
        _offers.CancelOf(offer.Id) is null ? Intake.Known : Intake.Refused(OfferRefusal.Duplicate, "This very offer is known and was cancelled. Make a new one, with a new sequence.");

    private Intake? OwnerLimits(Offer offer)
    {
        if (_offers.TwinOf(offer) is { } twin)
        {
            return Intake.Refused(OfferRefusal.SequenceReused, $"Sequence {offer.Sequence} is that of your offer {twin.Offer.Id}. Give every offer a sequence of its own.");
        }

        var (open, units) = (0, offer.Quantity);
        foreach (var other in _offers.OpenOf(offer.Owner, CurrentSlot)) (open, units) = (open + 1, units + FreeOf(other.Offer, CurrentSlot));
        if (open >= _rules.OpenOffers) return Intake.Refused(OfferRefusal.TooManyOpen, $"You have {open} open offers here; {_rules.OpenOffers} are allowed. Cancel one, or let one end.");
        if (units > _rules.LargestOpenUnits)
        {
            return Intake.Refused(OfferRefusal.TooManyOpen, $"With this offer you would have {units} units open here; {_rules.LargestOpenUnits} are allowed. Cancel an offer, or offer less.");
        }

        if (_offers.FullFor(offer) is not { } worst) return null;
        return Intake.Refused(OfferRefusal.BookFull, $"The side is full of better offers; the worst price kept is {worst.Offer.LimitPrice}. Better it.") with
        {
            WorstPriceMicros = worst.Offer.LimitPrice.Value,
        };
    }

    private Intake Keep(Instant now, Offer offer, Record record)
    {
        var state = new OfferState(offer, record, now);
        var fallen = _offers.Add(state);
        if (fallen == state) return Intake.Refused(OfferRefusal.BookFull, "The side is full of better offers.");
        _replica.Add(state.Id, record, offer.LastSlot);
        if (fallen is not null)
        {
            _replica.Remove(fallen.Id);
            Tell(fallen.Offer.Owner, fallen.Offer.Id, StoreNoticeKind.Evicted, fallen.Offer.Quantity, "Better offers filled the side.");
        }

        return Intake.New;
    }

    private Intake IngestCancel(Instant now, ParticipantId from, Record record, RecordSource source)
    {
        if (record.Body.Length > 3 * OfferRecords.MaxBodySize || !StrictParser.TryParse(CancelBody.Parser, record.Body, out var body))
        {
            return Intake.Wrong(OfferRefusal.Malformed, "The cancel cannot be read.");
        }

        if (!OfferRecords.TryParse(body.Offer, out var offer)) return Intake.Wrong(OfferRefusal.Malformed, "The cancel holds no offer that can be read.");
        if (offer.Market != _rules.Market) return Intake.Refused(OfferRefusal.UnknownMarket, $"The cancelled offer is for market {offer.Market}; I broker {_rules.Market}.");
        if (offer.LastSlot < CurrentSlot) return Intake.Refused(OfferRefusal.OutsideSlotWindow, "The offer has ended; there is nothing to cancel.");
        if (RateLimited(now, from, source) is { } limited) return limited;
        var id = SignedRecords.IdOf(record);
        if (_replica.Contains(id)) return Intake.Known;
        var verdict = OfferRules.Check(offer, _limits);
        if (!verdict.IsFine) return Intake.Wrong(verdict);
        var bits = ProofOfWork.RequiredBits(_rules.WorkBits, 1, BundleSizeOf(record));
        if (!ProofOfWork.Check(id.Value, record.WorkNonce, bits)) return Intake.Wrong(OfferRefusal.InsufficientWork, $"The proof of work must have {bits} leading zero bits.") with { WorkBits = bits };
        if (!SignedRecords.VerifySignature(_rules.Network, record, offer.Owner, _verifier)) return Intake.Wrong(OfferRefusal.BadSignature, "The signature is not the owner's over this cancel on this network.");
        if (_offers.Find(offer.Id) is null && _replica.Count > StrayFactor * 8 * _rules.BookDepth) return Intake.Refused(OfferRefusal.BookFull, "Too many cancels of unknown offers.");

        if (_offers.CancelOf(offer.Id) is not null) return Intake.Refused(OfferRefusal.Duplicate, "The offer is cancelled already.");
        _offers.AddCancel(offer.Id, new CancelState(id, now, offer.LastSlot));
        _replica.Add(id, record, offer.LastSlot);
        if (body.Replacement is { Kind: RecordKind.Offer } replacement) Ingest(now, from, replacement, source);
        return Intake.New;
    }

    private Intake IngestCertificate(Record record)
    {
        var id = SignedRecords.IdOf(record);
        if (_replica.Contains(id)) return Intake.Known;
        if (!CertifiedSlot.TryParse(record, out var slot)) return Intake.Wrong(OfferRefusal.Malformed, "The certificate cannot be read.");
        if (slot.Result.Config != _config.Id) return Intake.Refused(OfferRefusal.NotBroker, "The certificate is of another broker set.");
        if (slot.Result.Slot > CurrentSlot.Plus(2) || slot.LastSlot + RetainSlots < CurrentSlot.Value) return Intake.Refused(OfferRefusal.OutsideSlotWindow, "The certificate is of another time.");
        if (!slot.HasQuorum(_rules.Network, _config, _verifier)) return Intake.Wrong(OfferRefusal.BadSignature, "The votes of a quorum are missing.");
        KeepCertified(slot);
        return Intake.New;
    }

    private void KeepCertified(CertifiedSlot slot)
    {
        _replica.Add(slot.Id, slot.Record, new Slot(slot.LastSlot));
        _ledger.OnCertified(slot);
        var state = StateOf(slot.Result.Slot);
        if (state.Certified is not null) return;
        state.Certified = slot;
        state.ResendAt = null;
        if (slot.Result.Slot > _lastCertified && slot.Fills.Count > 0) (_lastCertified, _lastPriceMicros) = (slot.Result.Slot, slot.Fills[^1].Legs[0].PriceMicros);
        _effects.Enqueue(new BrokerEffect.Certified(slot));
        Report(BrokerReport.Certified, slot.Result.Slot, $"{slot.Fills.Count} fills");
    }

    private Intake IngestFact(Instant now, ParticipantId from, Record record, RecordSource source)
    {
        if (!SettlementFactRecords.TryParse(record, out var terms)) return Intake.Wrong(OfferRefusal.Malformed, "The settlement record cannot be read.");
        if (!terms.Market.Span.SequenceEqual(_rules.Market.ToArray())) return Intake.Refused(OfferRefusal.UnknownMarket, "The match is of another market.");
        if (terms.LastSlot + RetainSlots < CurrentSlot.Value || terms.LastSlot > CurrentSlot.Value + (4 * _rules.TtlCapSlots)) return Intake.Refused(OfferRefusal.OutsideSlotWindow, "The match is of another time.");
        if (RateLimited(now, from, source) is { } limited) return limited;
        var id = SignedRecords.IdOf(record);
        if (_replica.Contains(id)) return Intake.Known;
        var match = new Hash256(terms.Match.Span);
        if (_ledger.Find(match) is { } fill)
        {
            if (!terms.Seller.Span.SequenceEqual(fill.Seller.Span)) return Intake.Wrong(OfferRefusal.BadSignature, "The record is not signed by the match's seller.");
        }
        else if (source != RecordSource.FellowBroker)
        {
            return Intake.Refused(OfferRefusal.Malformed, "I know no certificate of this match. Send the record again in a moment, or to a broker that told you of the match.");
        }

        if (_replica.Count > StrayFactor * 8 * _rules.BookDepth) return Intake.Refused(OfferRefusal.BookFull, "Too many settlement records.");
        if (!SettlementFactRecords.Verify(_rules.Network, record, terms, _verifier)) return Intake.Wrong(OfferRefusal.BadSignature, "A signature in the settlement record is wrong.");
        _ledger.OnFact(record.Kind, terms, id);
        _replica.Add(id, record, new Slot(terms.LastSlot));
        return Intake.New;
    }

    /// <summary>Records are remembered so many slots past their expiry, so that fills of the last slot still reach their deadline.</summary>
    private long RetainSlots => (2 * _rules.Schedule.ActivationPairs) + 3;

    private Intake? RateLimited(Instant now, ParticipantId from, RecordSource source)
    {
        // What a fellow broker's answer holds was asked for, so it is not counted; gossip relays for many and has ten times the rate.
        if (source != RecordSource.Owner || _rates.TryTake(now, from, out var retryAfterMs)) return null;
        return Intake.Refused(OfferRefusal.RateLimited, $"You send more than {_options.RecordsPerSecond} records a second. Try again in {retryAfterMs} ms.") with { RetryAfterMs = retryAfterMs };
    }

    private static int BundleSizeOf(Record record) =>
        record.AuthorisationCase == Record.AuthorisationOneofCase.Bundle
        && StrictParser.TryParse(BundleBody.Parser, record.Bundle.Bundle, out var bundle)
        && bundle.Size is > 0 and <= Bundles.MaxSize
            ? (int)bundle.Size
            : 1;

    private Record ReceiptFor(Instant now, Record record)
    {
        var id = SignedRecords.IdOf(record);
        var body = new OfferReceiptBody
        {
            Record = ByteString.CopyFrom(id.Value.ToArray()),
            Market = ByteString.CopyFrom(_rules.Market.ToArray()),
            Slot = CurrentSlot.Value,
            Rank = (uint)_offers.RankOf(new OfferId(id.Value)),
            UnixMs = now.UnixMs,
        };
        return SignedRecords.Sign(_rules.Network, RecordKind.Receipt, body, _signer);
    }

    private static Refusal ToRefusal(Intake intake) => new()
    {
        Reason = (RefusalReason)intake.Verdict.Reason,
        Detail = intake.Verdict.Detail,
        WorkBits = (uint)intake.WorkBits,
        WorstPriceMicros = intake.WorstPriceMicros,
        RetryAfterMs = (uint)intake.RetryAfterMs,
    };

    private void Tell(ParticipantId owner, OfferId offer, StoreNoticeKind kind, int quantity, string detail) =>
        _effects.Enqueue(new BrokerEffect.Tell(owner, new StoreNotice
        {
            Offer = ByteString.CopyFrom(offer.ToArray()),
            Kind = kind,
            Quantity = (uint)quantity,
            Detail = detail,
        }));
}
