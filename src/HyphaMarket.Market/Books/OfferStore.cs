using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>One broker's copy of a market's offers: per side the best R of a fixed order, whatever became of them since.</summary>
/// <remarks>
/// "Keeping the best R of a fixed order is a union that converges, and it is the memory bound": the same offers in any order of
/// arrival leave the same store. So cancelled and filled offers keep their place until they expire; were they removed, a broker
/// that heard of the cancel first would keep one more of the worse than another. Everything else is a function of the store.
/// </remarks>
public sealed class OfferStore
{
    /// <summary>"Of one owner's offers the 64 highest sequences are eligible."</summary>
    public const int DefaultEligiblePerOwner = 64;

    private readonly PlaceTable _offers = new();
    private readonly Dictionary<ParticipantId, OwnerSequences> _owners = [];
    private readonly StoreSide _bids;
    private readonly StoreSide _asks;

    /// <summary>The owner that was asked for last: offers come in bundles and batches of one.</summary>
    private OwnerSequences? _lastOwner;

    /// <param name="keptPerSide">R = 4 m offers; at least 1.</param>
    /// <param name="eligiblePerOwner">Sequences of one owner that may be in a book; at least 1.</param>
    public OfferStore(MarketId market, int keptPerSide, int eligiblePerOwner = DefaultEligiblePerOwner)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keptPerSide, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(eligiblePerOwner, 1);
        Market = market;
        EligiblePerOwner = eligiblePerOwner;
        _bids = new StoreSide(Side.Bid, keptPerSide);
        _asks = new StoreSide(Side.Ask, keptPerSide);
    }

    public MarketId Market { get; }
    public int EligiblePerOwner { get; }

    /// <summary>Offers on both sides, cancelled ones too.</summary>
    public int Count => _offers.Count;

    /// <summary>The kept offers of one side in rank order, the best first; cancelled ones too.</summary>
    public IReadOnlyList<Offer> OffersOf(Side side) => SideOf(side).Offers;

    /// <summary>The kept places of one side in rank order, the best first; cancelled ones too.</summary>
    public ReadOnlySpan<StoredOffer> PlacesOf(Side side) => SideOf(side).Places;

    /// <summary>Adds an offer that has been checked.</summary>
    /// <exception cref="ArgumentException">Another market's offer, or slots that no offer may have.</exception>
    public BookChange Add(Offer offer) => Add(new StoredOffer(offer));

    /// <summary>The same, for a caller that keeps more with an offer. A place is in one store once.</summary>
    /// <exception cref="ArgumentException">Another market's offer, or slots that no offer may have.</exception>
    public BookChange Add(StoredOffer stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var offer = stored.Offer;
        if (offer.Market != Market) throw new ArgumentException($"Offer {offer.Id} is of market {offer.Market}, not of {Market}.", nameof(stored));
        if (!OfferRow.Holds(offer.FirstSlot) || !OfferRow.Holds(offer.LastSlot)) throw new ArgumentException($"Offer {offer.Id} has slots {offer.FirstSlot} to {offer.LastSlot}, which no offer may have.", nameof(stored));
        var side = SideOf(offer.Side);
        // What has ended was forgotten, so it is not here either.
        if (side.HasEnded(offer.LastSlot)) return new BookChange(BookOutcome.Expired, null);
        if (!_offers.TryAdd(stored)) return new BookChange(BookOutcome.AlreadyHere, null);
        if (!side.TryAdd(stored, Current, out var evicted))
        {
            _offers.Remove(stored);
            return new BookChange(BookOutcome.BelowWorst, null);
        }

        stored.OfOwner = SequencesOf(offer.Owner);
        stored.OfOwner.Add(stored);
        // Only now, since what went may have been its owner's last but for this one.
        if (evicted is not null) Forget(evicted);
        return new BookChange(BookOutcome.Added, evicted);
    }

    /// <summary>Marks an offer as cancelled. A cancel holds its offer's body, so it takes the offer's place even when it comes first.</summary>
    /// <returns>What adding the offer changed; <see cref="BookOutcome.BelowWorst"/> means that the cancel need not be kept either.</returns>
    public BookChange Cancel(Offer offer) => Cancel(new StoredOffer(offer));

    /// <inheritdoc cref="Cancel(Offer)"/>
    public BookChange Cancel(StoredOffer stored)
    {
        var change = Add(stored);
        if (change.Outcome is BookOutcome.Added or BookOutcome.AlreadyHere) _offers.Find(stored.Offer.Id)!.IsCancelled = true;
        return change;
    }

    /// <summary>A slot begins: what ended before it stays for those who still ask about earlier slots, and gives way to what comes to a full side. The slot never goes back.</summary>
    public void Begin(Slot current) => Current = current;

    /// <summary>The slot that began last.</summary>
    public Slot Current { get; private set; } = new(long.MinValue);

    /// <summary>Drops what ended before this slot, and takes nothing such from now on. The slot never goes back.</summary>
    /// <returns>What went, in no order.</returns>
    public IReadOnlyList<StoredOffer> Expire(Slot current)
    {
        var ended = new List<StoredOffer>();
        _bids.Expire(current, ended);
        _asks.Expire(current, ended);
        foreach (var stored in ended)
        {
            // All of an owner's by the first of them.
            var sequences = TakeOut(stored);
            if (sequences.Expire(current)) ForgetIfEmpty(sequences);
        }

        return ended;
    }

    /// <summary>The offer, or null when it is not kept.</summary>
    public Offer? Find(OfferId id) => PlaceOf(id)?.Offer;

    /// <summary>The place of an offer, as it was added; null when it is not kept.</summary>
    public StoredOffer? PlaceOf(OfferId id) => _offers.Find(id);

    public bool IsCancelled(OfferId id) => _offers.Find(id) is { IsCancelled: true };

    /// <summary>The place of an offer among the kept of its side, from 1; 0 when it is not kept.</summary>
    public int RankOf(OfferId id) => _offers.Find(id) is { } stored ? SideOf(stored.Offer.Side).RankOf(stored) : 0;

    /// <summary>Ranks all offers at once: until one comes or goes, to ask for a rank costs nothing more.</summary>
    public void RankAll()
    {
        _bids.RankAll();
        _asks.RankAll();
    }

    /// <summary>What an offer must beat to be kept: the worst of a full side, or null where there is room.</summary>
    public Offer? Threshold(Side side) => SideOf(side).WorstAt(Current)?.Offer;

    /// <summary>The kept offers of one owner, by sequence, then id.</summary>
    public IReadOnlyList<Offer> OffersOf(ParticipantId owner) => [.. PlacesOf(owner).Select(stored => stored.Offer)];

    /// <summary>The same, as places.</summary>
    public IEnumerable<StoredOffer> PlacesOf(ParticipantId owner) => FindOwner(owner)?.All() ?? [];

    /// <summary>The kept offers that have this owner and sequence, by id: more than one proves that the owner signed twins.</summary>
    public IReadOnlyList<Offer> OffersOf(ParticipantId owner, ulong sequence)
    {
        var twins = new List<Offer>();
        for (var twin = FindOwner(owner)?.FirstOf(sequence); twin is not null; twin = twin.NextTwin) twins.Add(twin.Offer);
        return twins;
    }

    /// <summary>A kept offer with the same owner and sequence and another id; null for none.</summary>
    public Offer? TwinOf(Offer offer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        var first = FindOwner(offer.Owner)?.FirstOf(offer.Sequence);
        return first?.Offer.Id == offer.Id ? first.NextTwin?.Offer : first?.Offer;
    }

    /// <summary>How many offers of an owner are kept, and what they offer or want together, whatever became of it.</summary>
    public (int Offers, long Units) KeptOf(ParticipantId owner) => FindOwner(owner) is { } sequences ? (sequences.Count, sequences.Units) : (0, 0);

    /// <summary>Whether an offer may be in a book: kept, not cancelled, among its owner's highest sequences, and of twins the one with the lowest id.</summary>
    public bool IsEligible(OfferId id) =>
        _offers.Find(id) is { IsCancelled: false } stored && stored.OfOwner!.IsEligible(stored.Offer, EligiblePerOwner);

    /// <summary>The same as of a slot, and inside its own slots then: offers that ended before it neither count among their owner's highest nor as twins.</summary>
    /// <remarks>A function of the records that have not expired, which all brokers share, although some still hold what has.</remarks>
    public bool IsEligible(OfferId id, Slot at) =>
        _offers.Find(id) is { } stored && IsEligible(stored, at);

    /// <summary>The eligible offers of one side in rank order, the best first.</summary>
    public IEnumerable<Offer> EligibleAt(Side side, Slot slot) => SideOf(side).Places.Where(stored => IsEligible(stored, slot)).Select(stored => stored.Offer);

    /// <summary>The book of a slot: the best m/2 of the eligible a side that are inside their slots and have units free.</summary>
    /// <param name="depthPerSide">m/2 offers.</param>
    /// <param name="available">What of an offer may still trade; asked only for offers that can be in the book.</param>
    public SlotBook BookAt(Slot slot, int depthPerSide, Func<Offer, Availability> available) => BookOfPlaces(slot, depthPerSide, stored => available(stored.Offer));

    /// <summary>The same, for a caller that keeps more with an offer.</summary>
    public SlotBook BookOfPlaces(Slot slot, int depthPerSide, Func<StoredOffer, Availability> available) =>
        new(Market, slot, EntriesOf(Side.Bid, slot, depthPerSide, available), EntriesOf(Side.Ask, slot, depthPerSide, available));

    private List<MatchEntry> EntriesOf(Side side, Slot slot, int depth, Func<StoredOffer, Availability> available)
    {
        var entries = new List<MatchEntry>();
        var places = SideOf(side);
        foreach (var key in places.Keys)
        {
            if (entries.Count == depth) break;
            var stored = places.Of(key);
            if (!IsEligible(stored, slot)) continue;
            var offer = stored.Offer;
            var (free, filledOwners) = available(stored);
            if (free > 0) entries.Add(new MatchEntry(offer, free, offer.Distinct ? [.. filledOwners.Distinct().Order()] : []));
        }

        return entries;
    }

    private bool IsEligible(StoredOffer stored, Slot at) =>
        !stored.IsCancelled && stored.Offer.FirstSlot <= at && stored.Offer.LastSlot >= at && stored.OfOwner!.IsEligible(stored.Offer, EligiblePerOwner, at);

    private OwnerSequences? FindOwner(ParticipantId owner)
    {
        if (_lastOwner is { } last && last.Owner == owner) return last;
        return _owners.TryGetValue(owner, out var sequences) ? _lastOwner = sequences : null;
    }

    private OwnerSequences SequencesOf(ParticipantId owner)
    {
        if (FindOwner(owner) is { } known) return known;
        var sequences = _lastOwner = new OwnerSequences(owner);
        _owners.Add(owner, sequences);
        return sequences;
    }

    private void Forget(StoredOffer stored)
    {
        var sequences = TakeOut(stored);
        sequences.Remove(stored);
        ForgetIfEmpty(sequences);
    }

    /// <returns>What its owner has, of which it is still one.</returns>
    private OwnerSequences TakeOut(StoredOffer stored)
    {
        _offers.Remove(stored);
        var sequences = stored.OfOwner!;
        (stored.OfOwner, stored.Index) = (null, -1);
        return sequences;
    }

    private void ForgetIfEmpty(OwnerSequences sequences)
    {
        if (sequences.Count > 0) return;
        _owners.Remove(sequences.Owner);
        if (_lastOwner == sequences) _lastOwner = null;
    }

    private StoreSide SideOf(Side side) => side == Side.Bid ? _bids : side == Side.Ask ? _asks : throw new ArgumentOutOfRangeException(nameof(side), side, "An offer is a bid or an ask.");
}
