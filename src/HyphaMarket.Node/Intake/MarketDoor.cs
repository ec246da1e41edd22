using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Intake;

/// <summary>The cheap checks of one market, cheapest first, on the threads of connections: what passes them is worth a signature check.</summary>
/// <param name="certificates">Those of the last slots that the core has.</param>
/// <remarks>It reads what the market's loop published and writes nothing, so a loop that is stuck delays nobody here.</remarks>
public sealed class MarketDoor(RecordAdmission admission, RecordSignatures signatures, VerifierPool verifiers, KnownGood known, Published<RecordId[]> certificates)
{
    /// <summary>An owner's record.</summary>
    /// <param name="hashes">Of an offer, where they are known.</param>
    public IntakeItem Submitted(ParticipantId from, Record record, IntakeView view, Instant now, OfferHashes? hashes = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(view);
        if (!RecordAdmission.Takes(record.Kind)) return RateLimited(from, now, 1) is { } soon ? IntakeItem.Refused(soon) : ForCore(record, view);
        if (admission.TryRead(record, out var read, hashes?.Id, from) is { } unreadable) return IntakeItem.Refused(unreadable);
        if (RateLimited(from, now, 1) is { } limited) return IntakeItem.Refused(limited);
        if (known.Find(read!.Id) is { } copy) return IntakeItem.Known(copy);
        // Its owner may ask again long after its time, and whether the core knows it the core must say; it checks no signature for that.
        if (IsOutside(read, RecordSource.Owner, view)) return IntakeItem.ForCore(record);
        return admission.CheckWork(read, hashes) is { } lazy ? IntakeItem.Refused(lazy) : IntakeItem.ToVerify(read);
    }

    /// <summary>An owner's bundle.</summary>
    public IntakeItem Submitted(ParticipantId from, WholeBundle bundle, IntakeView view, Instant now)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(view);
        var records = Bundles.AnswersTo(bundle);
        if (RateLimited(from, now, records) is { } limited) return IntakeItem.Refused(limited, records);
        return admission.TryOpen(bundle, out var opened) is { } wrong ? IntakeItem.Refused(wrong, records) : IntakeItem.ToVerify(opened!);
    }

    /// <summary>A gossiped record. Null for a copy of what is known, which nobody needs.</summary>
    public IntakeItem? Gossiped(Record record, IntakeView view)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(view);
        if (!RecordAdmission.Takes(record.Kind)) return IsCertified(record) ? null : ForCore(record, view);
        if (admission.TryRead(record, out var read) is { } unreadable) return IntakeItem.Refused(unreadable);
        if (known.Find(read!.Id) is not null) return null;
        if (admission.CheckWindow(read, RecordSource.Gossip, view.Slot) is { } outside) return IntakeItem.Refused(outside);
        return admission.CheckWork(read) is { } lazy ? IntakeItem.Refused(lazy) : IntakeItem.ToVerify(read);
    }

    /// <summary>A record that a fellow broker sent on purpose.</summary>
    public IntakeItem Exchanged(Record record, IntakeView view)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(view);
        if (!RecordAdmission.Takes(record.Kind)) return ForCore(record, view);
        if (admission.TryRead(record, out var read) is { } unreadable) return IntakeItem.Refused(unreadable);
        if (known.Find(read!.Id) is { } copy) return IntakeItem.Known(copy);
        if (IsOutside(read, RecordSource.FellowBroker, view)) return IntakeItem.ForCore(record);
        return admission.CheckWork(read) is { } lazy ? IntakeItem.Refused(lazy) : IntakeItem.ToVerify(read);
    }

    /// <summary>A fellow broker's vote or proposal.</summary>
    public IntakeItem Told(Record record, IntakeView view)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(view);
        return ForCore(record, view);
    }

    /// <summary>The core decides about it, and has its signatures checked before it hears of it.</summary>
    private IntakeItem ForCore(Record record, IntakeView view) => !IsCertified(record) && RecordSignatures.CountOf(record, view.Set) is > 0 and var checks
        ? IntakeItem.ForCore(record, checks, verifier => signatures.Check(record, view.Set, view.Slot, verifier))
        : IntakeItem.ForCore(record);

    /// <summary>Every broker forms a slot's certificate of the votes, and then gets copies of it.</summary>
    private bool IsCertified(Record record) => record.Kind == RecordKind.Certificate && certificates.Latest.Length > 0 && certificates.Latest.Contains(SignedRecords.IdOf(record));

    private bool IsOutside(ReadRecord read, RecordSource source, IntakeView view) =>
        admission.CheckWindow(read, source, view.Slot) is not null
        || (read is ReadRecord.OfCancel { Replacement: { } other } && admission.CheckWindow(other, source, view.Slot) is not null);

    private AdmissionVerdict? RateLimited(ParticipantId from, Instant now, int records)
    {
        if (verifiers.MaySend(from, now.UnixMs, records, out var retryAfterMs)) return null;
        return AdmissionVerdict.Busy($"You send more than {verifiers.Options.RecordsPerSecond} records a second. Try again in {retryAfterMs} ms.", retryAfterMs);
    }
}
