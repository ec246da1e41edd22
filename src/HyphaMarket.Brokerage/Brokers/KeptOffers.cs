using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>The market's <see cref="OfferStore"/> with what a broker knows beside it: the signed records, when they came, and the cancels.</summary>
internal sealed class KeptOffers(MarketId market, int keptPerSide, int eligiblePerOwner)
{
    private readonly OfferStore _store = new(market, keptPerSide, eligiblePerOwner);
    private readonly Dictionary<OfferId, KeptOffer> _kept = [];
    private readonly Dictionary<ParticipantId, OwnedOffers> _byOwner = [];
    private readonly FallenCancels _fallenBids = new(HyphaMarket.Market.Offers.Side.Bid, keptPerSide);
    private readonly FallenCancels _fallenAsks = new(HyphaMarket.Market.Offers.Side.Ask, keptPerSide);

    public int Count => _store.Count;

    /// <summary>What is kept of an offer, if only by its cancel.</summary>
    public KeptOffer? Find(OfferId id) => _kept.GetValueOrDefault(id);

    /// <summary>The offer, where its signed record is here.</summary>
    public KeptOffer? FindSigned(OfferId id) => _kept.TryGetValue(id, out var kept) && kept.Signed is not null ? kept : null;

    /// <summary>The worst offer kept, where its side is full and this one would not displace it; else null.</summary>
    public Offer? FullFor(Offer offer) => _store.Threshold(offer.Side) is { } worst && OfferOrder.Of(offer.Side).Compare(offer, worst) > 0 ? worst : null;

    /// <summary>Keeps a signed offer that is not here yet.</summary>
    /// <param name="fallen">What fell out for it.</param>
    /// <returns>False where it ranks below everything kept on a full side, or has ended.</returns>
    public bool TryKeep(VerifiedRecord signed, Instant arrived, out KeptOffer? fallen)
    {
        var offer = signed.Read.Offer;
        if (!TryPlace(_store.Add(offer), offer, out fallen)) return false;
        _kept[offer.Id].OnRecord(signed, arrived);
        return true;
    }

    /// <summary>Marks an offer as cancelled, known yet or not: "cancelled and filled ones keep their place until they expire".</summary>
    /// <returns>False where the offer would not be kept, so that its cancel need not be either.</returns>
    public bool TryCancel(Offer offer, CancelState cancel, out KeptOffer? fallen)
    {
        if (!TryPlace(_store.Cancel(offer), offer, out fallen)) return false;
        _kept[offer.Id].Cancel = cancel;
        return true;
    }

    /// <summary>A kept offer that was here before may have been cancelled then: it is so again.</summary>
    /// <returns>Its cancel; null where none is known.</returns>
    public CancelState? CancelAgain(Offer offer)
    {
        if (_kept[offer.Id].Cancel is not null || FallenOf(offer).Take(offer) is not { } cancel) return null;
        _store.Cancel(offer);
        return _kept[offer.Id].Cancel = cancel;
    }

    /// <summary>Another offer of this owner with the same sequence.</summary>
    public Offer? TwinOf(Offer offer) => _store.OffersOf(offer.Owner, offer.Sequence).FirstOrDefault(other => other.Id != offer.Id);

    /// <summary>The owner's offers that have not ended or been cancelled.</summary>
    public IEnumerable<Offer> OpenOf(ParticipantId owner, Slot now)
    {
        if (!_byOwner.TryGetValue(owner, out var owned)) yield break;
        foreach (var kept in owned.Offers)
        {
            if (kept.Offer.LastSlot >= now && kept.Cancel is null) yield return kept.Offer;
        }
    }

    /// <summary>At most so many offers and units of an owner are open: all that are kept, ended and cancelled and spent ones too.</summary>
    public (int Offers, long Units) MostOpenOf(ParticipantId owner) => _byOwner.TryGetValue(owner, out var owned) ? (owned.Offers.Count, owned.Units) : (0, 0);

    /// <summary>Everything kept of one side in rank order, what is cancelled or filled too.</summary>
    public IEnumerable<KeptOffer> Side(Side side) => _store.OffersOf(side).Select(offer => _kept[offer.Id]);

    /// <summary>Whether the offer may be in the slot's input at all.</summary>
    public bool IsEligible(OfferId id, Slot slot) => _store.IsEligible(id, slot);

    /// <summary>The eligible offers of one side, the best first.</summary>
    public IEnumerable<KeptOffer> EligibleAt(Side side, Slot slot) => _store.EligibleAt(side, slot).Select(offer => _kept[offer.Id]);

    /// <inheritdoc cref="OfferStore.BookAt"/>
    public SlotBook BookAt(Slot slot, int depthPerSide, Func<Offer, Availability> available) => _store.BookAt(slot, depthPerSide, available);

    /// <summary>The rank in its side's fixed order, from 1; 0 where it is not kept.</summary>
    public int RankOf(OfferId id) => _store.RankOf(id);

    /// <summary>Forgets offers and their cancels that ended before the slot.</summary>
    public void Forget(Slot before)
    {
        foreach (var offer in _store.Expire(before)) Drop(offer, out _);
        _fallenBids.Forget(before);
        _fallenAsks.Forget(before);
    }

    private bool TryPlace(BookChange change, Offer offer, out KeptOffer? fallen)
    {
        fallen = null;
        if (change.Outcome is BookOutcome.BelowWorst or BookOutcome.Expired) return false;
        if (change.Evicted is { } evicted)
        {
            Drop(evicted, out fallen);
            if (fallen?.Cancel is { } cancel) FallenOf(evicted).Add(evicted, cancel);
        }

        if (_kept.ContainsKey(offer.Id)) return true;
        var kept = new KeptOffer(offer);
        _kept.Add(offer.Id, kept);
        if (!_byOwner.TryGetValue(offer.Owner, out var owned)) _byOwner.Add(offer.Owner, owned = new OwnedOffers());
        owned.Offers.Add(kept);
        owned.Units += offer.Quantity;
        return true;
    }

    private FallenCancels FallenOf(Offer offer) => offer.Side == HyphaMarket.Market.Offers.Side.Bid ? _fallenBids : _fallenAsks;

    private void Drop(Offer offer, out KeptOffer? dropped)
    {
        if (!_kept.Remove(offer.Id, out dropped) || !_byOwner.TryGetValue(offer.Owner, out var owned)) return;
        owned.Offers.Remove(dropped);
        owned.Units -= offer.Quantity;
        if (owned.Offers.Count == 0) _byOwner.Remove(offer.Owner);
    }

    private sealed class OwnedOffers
    {
        public List<KeptOffer> Offers { get; } = [];
        public long Units { get; set; }
    }
}
