using Google.Protobuf;
using HyphaMarket.Brokerage.Admission;
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
    /// <summary>To sort a full side costs as much as to count for so many of its offers what is better.</summary>
    private const int ManyToRank = 96;

    /// <summary>An owner's own submission: an offer, a cancel, or a settlement record.</summary>
    /// <param name="sent">The time that the owner sent with it; null for none.</param>
    public SubmitResult Submit(Instant now, ParticipantId from, Record record, Instant? sent = null) => Admit(now, from, record, sent).ToResult(record, _rules.Network, _signer);

    /// <summary>The same, with the receipt still to be signed.</summary>
    public Admitted Admit(Instant now, ParticipantId from, Record record, Instant? sent = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        AdvanceTo(now);
        var intake = Ingest(now, from, record, RecordSource.Owner);
        if (intake.Verdict.Reason == OfferRefusal.OutsideSlotWindow && sent is { } at) intake = BlameClock(now, record, at) ?? intake;
        if (intake.IsNew) ReconsiderProposalsNaming(now, SignedRecords.IdOf(record));
        return intake.Verdict.IsFine ? Receipt(now, intake, SignedRecords.IdOf(record)) : new Admitted(intake);
    }

    /// <summary>An owner's own records whose rate, form, work and signatures were looked at outside, in their order. Receipts are made by <see cref="MakeReceipts"/>, after all that is to be taken in now.</summary>
    /// <param name="answers">As many places as records.</param>
    public void Admit(Instant now, ReadOnlySpan<VerifiedRecord> verified, Span<Admitted> answers)
    {
        AdvanceTo(now);
        var (spread, count) = (new VerifiedRecord[verified.Length], 0);
        for (var i = 0; i < verified.Length; i++)
        {
            var intake = Ingest(now, verified[i], RecordSource.Owner);
            answers[i] = new Admitted(intake);
            if (!intake.IsNew) continue;
            ReconsiderProposalsNaming(now, verified[i].Id);
            spread[count++] = verified[i];
        }

        if (count > 0) _effects.Enqueue(new BrokerEffect.Gossip(new ArraySegment<VerifiedRecord>(spread, 0, count)));
    }

    /// <summary>Before receipts for so many records are made: many are ranked by one sort, few by a count each.</summary>
    public void PrepareRanks(int records)
    {
        if (records >= ManyToRank) _offers.RankAll();
    }

    /// <summary>Receipts, with the ranks of now, for what <see cref="Admit(Instant, ReadOnlySpan{VerifiedRecord}, Span{Admitted})"/> took in.</summary>
    public void MakeReceipts(Instant now, ReadOnlySpan<VerifiedRecord> verified, Span<Admitted> answers)
    {
        for (var i = 0; i < verified.Length; i++)
        {
            if (answers[i].Verdict is { Verdict.IsFine: true } intake) answers[i] = Receipt(now, intake, verified[i].Id);
        }
    }

    /// <summary>A record that came by gossip.</summary>
    public GossipVerdict OnGossip(Instant now, ParticipantId from, Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        AdvanceTo(now);
        var intake = Ingest(now, from, record, RecordSource.Gossip);
        if (intake.IsNew) ReconsiderProposalsNaming(now, SignedRecords.IdOf(record));
        return intake.Gossip;
    }

    /// <summary>A record that came by gossip, and was verified outside.</summary>
    public GossipVerdict OnGossip(Instant now, VerifiedRecord verified)
    {
        ArgumentNullException.ThrowIfNull(verified);
        AdvanceTo(now);
        var intake = Ingest(now, verified, RecordSource.Gossip);
        if (intake.IsNew) ReconsiderProposalsNaming(now, verified.Id);
        return intake.Gossip;
    }

    private AdmissionVerdict Ingest(Instant now, ParticipantId from, Record record, RecordSource source)
    {
        var intake = record.Kind switch
        {
            RecordKind.Offer or RecordKind.Cancel => IngestUnread(now, from, record, source),
            RecordKind.Certificate => IngestCertificate(record),
            RecordKind.Accepted or RecordKind.Settled or RecordKind.Released => IngestFact(now, from, record, source),
            RecordKind.Evidence => IngestEvidence(now, from, record, source),
            _ => AdmissionVerdict.Wrong(OfferRefusal.Malformed, $"A broker takes no records of the kind {record.Kind}."),
        };
        // Offers and cancels are spread where they are kept.
        if (intake.IsNew && source == RecordSource.Owner && !RecordAdmission.Takes(record.Kind)) _effects.Enqueue(new BrokerEffect.Gossip(record));
        return intake;
    }

    private AdmissionVerdict IngestUnread(Instant now, ParticipantId from, Record record, RecordSource source)
    {
        if (_admission.TryRead(record, out var read) is { } unreadable) return unreadable;
        return RateLimited(now, from, source) ?? Ingest(now, read!, source);
    }

    private AdmissionVerdict Ingest(Instant now, VerifiedRecord verified, RecordSource source) => Ingest(now, verified.Cancel, verified.Offer, source, null, ref verified!);

    private AdmissionVerdict Ingest(Instant now, ReadRecord read, RecordSource source)
    {
        VerifiedRecord? verified = null;
        var intake = Ingest(now, read as ReadRecord.OfCancel, read.Offer, source, read, ref verified);
        if (intake.IsNew && source == RecordSource.Owner) _effects.Enqueue(new BrokerEffect.Gossip([verified!]));
        return intake;
    }

    /// <param name="cancel">Null for an offer.</param>
    /// <param name="unverified">Where work and signature are still to be checked; else <paramref name="verified"/>.</param>
    private AdmissionVerdict Ingest(Instant now, ReadRecord.OfCancel? cancel, Offer offer, RecordSource source, ReadRecord? unverified, ref VerifiedRecord? verified) =>
        cancel is not null ? IngestCancel(now, cancel, source, ref verified) : IngestOffer(now, offer, source, unverified, ref verified);

    private AdmissionVerdict IngestOffer(Instant now, Offer offer, RecordSource source, ReadRecord? unverified, ref VerifiedRecord? verified)
    {
        // A known offer is answered whatever its window: its owner asks again after a restart, long after the offer's first slot.
        var kept = _offers.Find(offer.Id);
        if (kept is not null && (kept.Signed is not null || source == RecordSource.Owner))
        {
            return kept.Cancel is null ? AdmissionVerdict.Known : AdmissionVerdict.Refused(OfferRefusal.Duplicate, "This very offer is known and was cancelled. Make a new one, with a new sequence.");
        }

        if (_admission.CheckWindow(offer, source, CurrentSlot) is { } outside) return outside;
        if (unverified is not null && Verify(unverified, ref verified) is { } wrong) return wrong;
        return (source == RecordSource.Owner ? OwnerLimits(offer, cancelled: null) : null) ?? Keep(now, verified!, kept);
    }

    /// <summary>Work and signature, where nobody checked them before.</summary>
    private AdmissionVerdict? Verify(ReadRecord read, ref VerifiedRecord? verified) => verified is not null ? null : _admission.CheckWork(read) ?? _admission.TryVerify(read, out verified);

    /// <summary>An offer outside the window that would be inside it by its owner's clock: what is wrong is the clock, or a message that took as long.</summary>
    private AdmissionVerdict? BlameClock(Instant now, Record record, Instant sent)
    {
        var skewMs = Math.Clamp(sent.UnixMs, 0, long.MaxValue / 4) - now.UnixMs;
        if (Math.Abs(skewMs) <= _rules.Schedule.ClockBoundMs || record.Kind != RecordKind.Offer || !OfferRecords.TryParse(record, out var offer)) return null;
        if (!OfferRules.CheckWindow(offer, _limits, _rules.Schedule.SlotAt(sent), fromOwner: true).IsFine) return null;
        var how = skewMs > 0 ? "ahead of" : "behind";
        return AdmissionVerdict.Refused(OfferRefusal.ClockSkew, $"Your clock is {Math.Abs(skewMs)} ms {how} mine, so your offer's slots are not the market's. Set your clock (for example with chrony or systemd-timesyncd).") with { SkewMs = skewMs };
    }

    private AdmissionVerdict? OwnerLimits(Offer offer, OfferId? cancelled)
    {
        if (_offers.TwinOf(offer) is { } twin)
        {
            return AdmissionVerdict.Refused(OfferRefusal.SequenceReused, $"Sequence {offer.Sequence} is that of your offer {twin.Id}. Give every offer a sequence of its own.");
        }

        // What is kept of an owner bounds what is open, and for most says enough: a bundle of a thousand must not walk over a thousand for each.
        var most = _offers.MostOpenOf(offer.Owner);
        if (most.Offers >= _rules.OpenOffers || most.Units + offer.Quantity > _rules.LargestOpenUnits)
        {
            if (TooManyOpen(offer, cancelled) is { } refused) return refused;
        }

        return _offers.FullFor(offer) is { } worst ? BookFull(worst) : null;
    }

    private AdmissionVerdict? TooManyOpen(Offer offer, OfferId? cancelled)
    {
        // Who floods is counted once for each change of the book, not for each offer.
        if (cancelled is null && _hasTooManyOpen == (offer.Owner, BookVersion, CurrentSlot)) return TooManyOpen(_rules.OpenOffers);
        // An offer of which nothing is left needs no place: it is not open.
        var (open, units, mine) = (0, offer.Quantity, MyHoldsAt(CurrentSlot));
        foreach (var other in _offers.OpenOf(offer.Owner, CurrentSlot))
        {
            if (other.Offer.Id == cancelled || FreeOf(other, CurrentSlot, mine) is not (> 0 and var free)) continue;
            (open, units) = (open + 1, units + free);
            // Who floods is refused by the first so many, not by all of them.
            if (open == _rules.OpenOffers) break;
        }

        if (open >= _rules.OpenOffers)
        {
            if (cancelled is null) _hasTooManyOpen = (offer.Owner, BookVersion, CurrentSlot);
            return TooManyOpen(open);
        }

        return units > _rules.LargestOpenUnits
            ? AdmissionVerdict.Refused(OfferRefusal.TooManyOpen, $"With this offer you would have {units} units open here; {_rules.LargestOpenUnits} are allowed. Cancel an offer, or offer less.")
            : null;
    }

    private AdmissionVerdict TooManyOpen(int open) =>
        AdmissionVerdict.Refused(OfferRefusal.TooManyOpen, $"You have {open} open offers here; {_rules.OpenOffers} are allowed. Cancel one, or let one end.");

    private static AdmissionVerdict BookFull(Offer worst) =>
        AdmissionVerdict.Refused(OfferRefusal.BookFull, $"The side is full of better offers; the worst price kept is {worst.LimitPrice}. Better it.") with { WorstPriceMicros = worst.LimitPrice.Value };

    /// <param name="kept">What is kept of it by a cancel; null for nothing.</param>
    private AdmissionVerdict Keep(Instant now, VerifiedRecord verified, KeptOffer? kept)
    {
        var offer = verified.Offer;
        if (!_offers.TryKeep(verified, now, ref kept, out var fallen)) return _offers.FullFor(offer) is { } worst ? BookFull(worst) : AdmissionVerdict.Refused(OfferRefusal.OutsideSlotWindow, "The offer has ended.");
        _replica.OnKept(verified.Id);
        if (_offers.CancelAgain(kept) is { } cancel) _replica.Add(cancel.Signed, offer.LastSlot);
        OnFallen(fallen);
        BookVersion++;
        return AdmissionVerdict.New;
    }

    private void OnFallen(KeptOffer? fallen)
    {
        if (fallen is null) return;
        if (fallen.Signed is not null) _replica.OnDropped(fallen.Id);
        if (fallen.Cancel is { } cancel) _replica.Remove(cancel.Id);
        else if (fallen.Offer.LastSlot >= CurrentSlot) Tell(fallen.Offer.Owner, fallen.Offer.Id, StoreNoticeKind.Evicted, fallen.Offer.Quantity, "Better offers filled the side.");
    }

    private AdmissionVerdict? RateLimited(Instant now, ParticipantId from, RecordSource source)
    {
        // "Rate limits answer the owner's own submission only": what a fellow broker's answer holds was asked for, and gossip relays for many.
        if (source != RecordSource.Owner || _rates.TryTake(now, from, out var retryAfterMs)) return null;
        return AdmissionVerdict.Busy($"You send more than {_options.RecordsPerSecond} records a second. Try again in {retryAfterMs} ms.", retryAfterMs);
    }

    private Admitted Receipt(Instant now, AdmissionVerdict intake, RecordId id)
    {
        if (_receipts is not { } given || given.At != now || given.Slot != CurrentSlot) given = _receipts = new ReceiptMoment(_rules.Market, CurrentSlot, now);
        return new Admitted(intake, given, _offers.RankOf(new OfferId(id.Value)));
    }

    private void Tell(ParticipantId owner, OfferId offer, StoreNoticeKind kind, int quantity, string detail) =>
        _effects.Enqueue(new BrokerEffect.Tell(owner, new StoreNotice
        {
            Offer = ByteString.CopyFrom(offer.ToArray()),
            Kind = kind,
            Quantity = (uint)quantity,
            Detail = detail,
        }));
}
