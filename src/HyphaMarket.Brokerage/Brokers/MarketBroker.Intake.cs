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
    /// <summary>Records are remembered so many slots past their expiry, so that fills of the last slot still reach their deadline.</summary>
    private long RetainSlots => (2 * _rules.Schedule.ActivationPairs) + 3;

    /// <summary>An owner's own submission: an offer, a cancel, or a settlement record.</summary>
    /// <param name="sent">The time that the owner sent with it; null for none.</param>
    public SubmitResult Submit(Instant now, ParticipantId from, Record record, Instant? sent = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        AdvanceTo(now);
        var intake = Ingest(now, from, record, RecordSource.Owner);
        if (intake.Verdict.Reason == OfferRefusal.OutsideSlotWindow && sent is { } at) intake = BlameClock(now, record, at) ?? intake;
        if (intake.IsNew) ReconsiderProposalsNaming(now, SignedRecords.IdOf(record));
        return intake.Verdict.IsFine ? new SubmitResult { Receipt = ReceiptFor(now, record) } : new SubmitResult { Refusal = ToRefusal(intake) };
    }

    /// <summary>A record that came by gossip.</summary>
    public GossipVerdict OnGossip(Instant now, ParticipantId from, Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        AdvanceTo(now);
        var intake = Ingest(now, from, record, RecordSource.Gossip);
        if (intake.IsNew) ReconsiderProposalsNaming(now, SignedRecords.IdOf(record));
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
            RecordKind.Evidence => IngestEvidence(now, from, record, source),
            _ => Intake.Wrong(OfferRefusal.Malformed, $"A broker takes no records of the kind {record.Kind}."),
        };
        if (intake.IsNew && source == RecordSource.Owner) _effects.Enqueue(new BrokerEffect.Gossip(record));
        return intake;
    }

    private Intake IngestOffer(Instant now, ParticipantId from, Record record, RecordSource source)
    {
        if (Read(record, out var offer) is { } unreadable) return unreadable;
        if (RateLimited(now, from, source) is { } limited) return limited;
        // A known offer is answered whatever its window: its owner asks again after a restart, long after the offer's first slot.
        if (_offers.Find(offer!.Id) is { } kept && (kept.Record is not null || source == RecordSource.Owner))
        {
            return kept.Cancel is null ? Intake.Known : Intake.Refused(OfferRefusal.Duplicate, "This very offer is known and was cancelled. Make a new one, with a new sequence.");
        }

        return Examine(offer, record, source, cancelled: null) ?? Keep(now, offer, record);
    }

    /// <summary>Size, form, market.</summary>
    private Intake? Read(Record record, out Offer? offer)
    {
        offer = null;
        if (record.Body.Length > OfferRecords.MaxBodySize) return Intake.Wrong(OfferRefusal.Malformed, $"An offer has at most {OfferRecords.MaxBodySize} bytes.");
        if (!OfferRecords.TryParse(record, out offer)) return Intake.Wrong(OfferRefusal.Malformed, "The offer cannot be read.");
        // Gossip and requests name the market, so a record of another one under its name is wrong for everybody.
        return offer.Market == _rules.Market ? null : Intake.Wrong(OfferRefusal.UnknownMarket, $"This offer is for market {offer.Market}; I broker {_rules.Market}.");
    }

    /// <summary>Whether an offer that is not here may be kept; changes nothing. Null when it may.</summary>
    /// <param name="cancelled">The offer that it is to replace: not counted among its owner's open ones.</param>
    private Intake? Examine(Offer offer, Record record, RecordSource source, OfferId? cancelled)
    {
        if (Window(offer, source) is { IsFine: false } window) return new Intake(window);
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

        return source == RecordSource.Owner ? OwnerLimits(offer, cancelled) : null;
    }

    /// <summary>
    /// "First slot not before the current - 1 from the owner, - 4 from a fellow broker", by which way gossip is meant. What fellow brokers exchange on
    /// purpose - by reconciliation, by fetching a proposal's inputs - is taken until it expires: were it refused by age, a record that one of us
    /// got just in time would stay unknown to the others, and every proposal with it would fail until it expires.
    /// </summary>
    private OfferVerdict Window(Offer offer, RecordSource source)
    {
        var earliest = source == RecordSource.FellowBroker && offer.FirstSlot < CurrentSlot && offer.LastSlot >= CurrentSlot ? offer with { FirstSlot = CurrentSlot } : offer;
        return OfferRules.CheckWindow(earliest, _limits, CurrentSlot, source == RecordSource.Owner);
    }

    /// <summary>An offer outside the window that would be inside it by its owner's clock: what is wrong is the clock, or a message that took as long.</summary>
    private Intake? BlameClock(Instant now, Record record, Instant sent)
    {
        var skewMs = Math.Clamp(sent.UnixMs, 0, long.MaxValue / 4) - now.UnixMs;
        if (Math.Abs(skewMs) <= _rules.Schedule.ClockBoundMs || record.Kind != RecordKind.Offer || !OfferRecords.TryParse(record, out var offer)) return null;
        if (!OfferRules.CheckWindow(offer, _limits, _rules.Schedule.SlotAt(sent), fromOwner: true).IsFine) return null;
        var how = skewMs > 0 ? "ahead of" : "behind";
        return Intake.Refused(OfferRefusal.ClockSkew, $"Your clock is {Math.Abs(skewMs)} ms {how} mine, so your offer's slots are not the market's. Set your clock (for example with chrony or systemd-timesyncd).") with { SkewMs = skewMs };
    }

    private Intake? OwnerLimits(Offer offer, OfferId? cancelled)
    {
        if (_offers.TwinOf(offer) is { } twin)
        {
            return Intake.Refused(OfferRefusal.SequenceReused, $"Sequence {offer.Sequence} is that of your offer {twin.Id}. Give every offer a sequence of its own.");
        }

        // An offer of which nothing is left needs no place: it is not open.
        var (open, units, mine) = (0, offer.Quantity, MyHoldsAt(CurrentSlot));
        foreach (var other in _offers.OpenOf(offer.Owner, CurrentSlot))
        {
            if (other.Id == cancelled || FreeOf(other, CurrentSlot, mine) is not (> 0 and var free)) continue;
            (open, units) = (open + 1, units + free);
            // Who floods is refused by the first so many, not by all of them.
            if (open == _rules.OpenOffers) break;
        }

        if (open >= _rules.OpenOffers) return Intake.Refused(OfferRefusal.TooManyOpen, $"You have {open} open offers here; {_rules.OpenOffers} are allowed. Cancel one, or let one end.");
        if (units > _rules.LargestOpenUnits)
        {
            return Intake.Refused(OfferRefusal.TooManyOpen, $"With this offer you would have {units} units open here; {_rules.LargestOpenUnits} are allowed. Cancel an offer, or offer less.");
        }

        return _offers.FullFor(offer) is { } worst ? BookFull(worst) : null;
    }

    private static Intake BookFull(Offer worst) =>
        Intake.Refused(OfferRefusal.BookFull, $"The side is full of better offers; the worst price kept is {worst.LimitPrice}. Better it.") with { WorstPriceMicros = worst.LimitPrice.Value };

    private Intake Keep(Instant now, Offer offer, Record record)
    {
        if (!_offers.TryKeep(offer, record, now, out var fallen)) return _offers.FullFor(offer) is { } worst ? BookFull(worst) : Intake.Refused(OfferRefusal.OutsideSlotWindow, "The offer has ended.");
        _replica.Add(new RecordId(offer.Id.Value), record, offer.LastSlot);
        OnFallen(fallen);
        return Intake.New;
    }

    private void OnFallen(KeptOffer? fallen)
    {
        if (fallen is null) return;
        _replica.Remove(fallen.Id);
        if (fallen.Cancel is { } cancel) _replica.Remove(cancel.Id);
        else Tell(fallen.Offer.Owner, fallen.Offer.Id, StoreNoticeKind.Evicted, fallen.Offer.Quantity, "Better offers filled the side.");
    }

    private Intake? RateLimited(Instant now, ParticipantId from, RecordSource source)
    {
        // "Rate limits answer the owner's own submission only": what a fellow broker's answer holds was asked for, and gossip relays for many.
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
            Record = ToBytes(id),
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
        SkewMs = intake.SkewMs,
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
