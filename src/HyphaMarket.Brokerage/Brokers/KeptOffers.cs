using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Brokerage.Replica;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>The market's <see cref="OfferStore"/> with what a broker knows beside it: the signed records, when they came, and the cancels.</summary>
internal sealed class KeptOffers(MarketId market, int keptPerSide, int eligiblePerOwner) : ISignedOffers
{
    private readonly OfferStore _store = new(market, keptPerSide, eligiblePerOwner);
    private readonly FallenCancels _fallenBids = new(HyphaMarket.Market.Offers.Side.Bid, keptPerSide);
    private readonly FallenCancels _fallenAsks = new(HyphaMarket.Market.Offers.Side.Ask, keptPerSide);

    public int Count => _store.Count;

    public int SignedCount { get; private set; }

    /// <inheritdoc cref="OfferStore.Begin"/>
    public void Begin(Slot current) => _store.Begin(current);

    /// <summary>What is kept of an offer, if only by its cancel.</summary>
    public KeptOffer? Find(OfferId id) => (KeptOffer?)_store.PlaceOf(id);

    /// <summary>The offer, where its signed record is here.</summary>
    public KeptOffer? FindSigned(OfferId id) => Find(id) is { Signed: not null } kept ? kept : null;

    VerifiedRecord? ISignedOffers.FindSigned(RecordId id) => Find(new OfferId(id.Value))?.Signed;

    /// <summary>The worst offer kept, where its side is full and this one would not displace it; else null.</summary>
    public Offer? FullFor(Offer offer) => _store.Threshold(offer.Side) is { } worst && OfferOrder.Of(offer.Side).Compare(offer, worst) > 0 ? worst : null;

    /// <summary>Keeps a signed offer that is not here yet.</summary>
    /// <param name="kept">What is kept of it by a cancel, or null; then its place.</param>
    /// <param name="fallen">What fell out for it.</param>
    /// <returns>False where it ranks below everything kept on a full side, or has ended.</returns>
    public bool TryKeep(VerifiedRecord signed, Instant arrived, [NotNullWhen(true)] ref KeptOffer? kept, out KeptOffer? fallen)
    {
        fallen = null;
        if (kept is null)
        {
            var place = new KeptOffer(signed.Offer);
            if (!TryPlace(_store.Add(place), out fallen)) return false;
            kept = place;
        }

        kept.OnRecord(signed, arrived);
        SignedCount++;
        return true;
    }

    /// <summary>Marks an offer as cancelled, known yet or not: "cancelled and filled ones keep their place until they expire".</summary>
    /// <returns>False where the offer would not be kept, so that its cancel need not be either.</returns>
    public bool TryCancel(Offer offer, CancelState cancel, out KeptOffer? fallen)
    {
        var kept = Find(offer.Id) ?? new KeptOffer(offer);
        if (!TryPlace(_store.Cancel(kept), out fallen)) return false;
        kept.Cancel = cancel;
        return true;
    }

    /// <summary>A kept offer that was here before may have been cancelled then: it is so again.</summary>
    /// <returns>Its cancel; null where none is known.</returns>
    public CancelState? CancelAgain(KeptOffer kept)
    {
        if (kept.Cancel is not null || FallenOf(kept.Offer).Take(kept.Offer) is not { } cancel) return null;
        _store.Cancel(kept);
        return kept.Cancel = cancel;
    }

    /// <summary>Another offer of this owner with the same sequence.</summary>
    public Offer? TwinOf(Offer offer) => _store.TwinOf(offer);

    /// <summary>The owner's offers that have not ended or been cancelled.</summary>
    public IEnumerable<KeptOffer> OpenOf(ParticipantId owner, Slot now)
    {
        foreach (var stored in _store.PlacesOf(owner))
        {
            if (stored.Offer.LastSlot >= now && !stored.IsCancelled) yield return (KeptOffer)stored;
        }
    }

    /// <summary>At most so many offers and units of an owner are open: all that are kept, ended and cancelled and spent ones too.</summary>
    public (int Offers, long Units) MostOpenOf(ParticipantId owner) => _store.KeptOf(owner);

    /// <summary>Everything kept of one side in rank order, what is cancelled or filled too.</summary>
    /// <remarks>Each is a <see cref="KeptOffer"/>.</remarks>
    public ReadOnlySpan<StoredOffer> Side(Side side) => _store.PlacesOf(side);

    /// <summary>Whether the offer may be in the slot's input at all.</summary>
    public bool IsEligible(OfferId id, Slot slot) => _store.IsEligible(id, slot);

    /// <inheritdoc cref="OfferStore.BookAt"/>
    public SlotBook BookAt(Slot slot, int depthPerSide, Func<KeptOffer, Availability> available) => _store.BookOfPlaces(slot, depthPerSide, stored => available((KeptOffer)stored));

    /// <summary>The rank in its side's fixed order, from 1; 0 where it is not kept.</summary>
    public int RankOf(OfferId id) => _store.RankOf(id);

    /// <inheritdoc cref="OfferStore.RankAll"/>
    public void RankAll() => _store.RankAll();

    /// <summary>Forgets offers and their cancels that ended before the slot.</summary>
    public void Forget(Slot before)
    {
        foreach (var ended in _store.Expire(before)) OnGone((KeptOffer)ended);
        _fallenBids.Forget(before);
        _fallenAsks.Forget(before);
    }

    private bool TryPlace(BookChange change, out KeptOffer? fallen)
    {
        fallen = (KeptOffer?)change.Fallen;
        if (fallen is not null) OnGone(fallen);
        if (fallen?.Cancel is { } cancel && fallen.Offer.LastSlot >= _store.Current) FallenOf(fallen.Offer).Add(fallen.Offer, cancel);
        return change.Outcome is not (BookOutcome.BelowWorst or BookOutcome.Expired);
    }

    private void OnGone(KeptOffer gone) => SignedCount -= gone.Signed is null ? 0 : 1;

    private FallenCancels FallenOf(Offer offer) => offer.Side == HyphaMarket.Market.Offers.Side.Bid ? _fallenBids : _fallenAsks;
}
