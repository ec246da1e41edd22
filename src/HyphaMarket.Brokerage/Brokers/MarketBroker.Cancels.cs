using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Brokers;

// Cancels, and the offers that replace what they cancel.
public sealed partial class MarketBroker
{
    private AdmissionVerdict IngestCancel(Instant now, ReadRecord.OfCancel read, RecordSource source, ref VerifiedRecord? verified)
    {
        if (_replica.Contains(read.Id)) return AdmissionVerdict.Known;
        // The cancel may come before its offer, and takes its place then: it has the same window but for the start, which was long ago.
        if (_admission.CheckWindow(read, source, CurrentSlot) is { } outside) return outside;
        var isNew = read.Replacement is { } other && _offers.FindSigned(other.Offer.Id) is null;
        var against = isNew ? _admission.CheckWindow(read.Replacement!, source, CurrentSlot) : null;
        if (source == RecordSource.Owner && against is not null) return against;
        if (Verify(read, ref verified) is { } wrong) return wrong;

        // Cancel and replacement are one record: an owner who cannot have the second keeps what the first would end.
        if (isNew) against ??= verified!.ReplacementFault ?? (source == RecordSource.Owner ? OwnerLimits(read.Replacement!.Offer, read.Offer.Id) : null);
        if (source == RecordSource.Owner && against is not null) return against;

        var kept = Cancel(now, read.Offer, verified!);
        if (kept.IsNew && isNew && against is null) Keep(now, verified!.Replacement!, _offers.Find(read.Replacement!.Offer.Id));
        return kept;
    }

    /// <summary>
    /// Of several cancels of one offer the one with the lowest id is kept, whatever came first, so that replicas become equal. In time is what the
    /// first of them was.
    /// </summary>
    private AdmissionVerdict Cancel(Instant now, Offer offer, VerifiedRecord verified)
    {
        var (id, earlier) = (verified.Id, _offers.Find(offer.Id)?.Cancel);
        if (earlier is not null && earlier.Id < id) return AdmissionVerdict.Refused(OfferRefusal.Duplicate, "The offer is cancelled already.");
        if (!_offers.TryCancel(offer, new CancelState(id, earlier?.Arrived ?? now, verified), out var fallen))
        {
            return AdmissionVerdict.Refused(OfferRefusal.BookFull, "The side is full of better offers: this one is not kept, and there is nothing to cancel.");
        }

        if (earlier is not null) _replica.Remove(earlier.Id);
        _replica.Add(verified, offer.LastSlot);
        OnFallen(fallen);
        BookVersion++;
        return AdmissionVerdict.New;
    }
}
