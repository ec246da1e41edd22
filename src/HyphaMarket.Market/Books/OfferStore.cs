using HyphaMarket.Market.Ids;
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

    private readonly Dictionary<OfferId, Offer> _offers = [];
    private readonly HashSet<OfferId> _cancelled = [];
    private readonly Dictionary<ParticipantId, OwnerSequences> _owners = [];
    private readonly OfferLadder _bids;
    private readonly OfferLadder _asks;
    private Slot? _current;

    /// <param name="keptPerSide">R = 4 m offers; at least 1.</param>
    /// <param name="eligiblePerOwner">Sequences of one owner that may be in a book; at least 1.</param>
    public OfferStore(MarketId market, int keptPerSide, int eligiblePerOwner = DefaultEligiblePerOwner)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keptPerSide, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(eligiblePerOwner, 1);
        Market = market;
        EligiblePerOwner = eligiblePerOwner;
        _bids = new OfferLadder(Side.Bid, keptPerSide);
        _asks = new OfferLadder(Side.Ask, keptPerSide);
    }

    public MarketId Market { get; }
    public int EligiblePerOwner { get; }

    /// <summary>Offers on both sides, cancelled ones too.</summary>
    public int Count => _offers.Count;

    /// <summary>The kept offers of one side in rank order, the best first; cancelled ones too.</summary>
    public IReadOnlyList<Offer> OffersOf(Side side) => LadderOf(side).Offers;

    /// <summary>Adds an offer that has been checked.</summary>
    /// <exception cref="ArgumentException">Another market's offer.</exception>
    public BookChange Add(Offer offer)
    {
        if (offer.Market != Market) throw new ArgumentException($"Offer {offer.Id} is of market {offer.Market}, not of {Market}.", nameof(offer));
        if (_offers.ContainsKey(offer.Id)) return new BookChange(BookOutcome.AlreadyHere, null);
        if (offer.LastSlot < _current) return new BookChange(BookOutcome.Expired, null);
        var ladder = LadderOf(offer.Side);
        if (!ladder.Takes(offer)) return new BookChange(BookOutcome.BelowWorst, null);
        var evicted = ladder.Insert(offer);
        if (evicted is not null) Forget(evicted);
        _offers.Add(offer.Id, offer);
        if (!_owners.TryGetValue(offer.Owner, out var sequences)) _owners.Add(offer.Owner, sequences = new OwnerSequences());
        sequences.Add(offer);
        return new BookChange(BookOutcome.Added, evicted);
    }

    /// <summary>Marks an offer as cancelled. A cancel holds its offer's body, so it takes the offer's place even when it comes first.</summary>
    /// <returns>What adding the offer changed; <see cref="BookOutcome.BelowWorst"/> means that the cancel need not be kept either.</returns>
    public BookChange Cancel(Offer offer)
    {
        var change = Add(offer);
        if (change.Outcome is BookOutcome.Added or BookOutcome.AlreadyHere) _cancelled.Add(offer.Id);
        return change;
    }

    /// <summary>Drops what ended before this slot, and takes nothing such from now on. The slot never goes back.</summary>
    /// <returns>What went, in no order.</returns>
    public IReadOnlyList<Offer> Expire(Slot current)
    {
        if (_current is { } known && known >= current) return [];
        _current = current;
        var expired = _offers.Values.Where(offer => offer.LastSlot < current).ToList();
        foreach (var offer in expired) Forget(offer);
        _bids.RemoveAll(offer => offer.LastSlot < current);
        _asks.RemoveAll(offer => offer.LastSlot < current);
        return expired;
    }

    /// <summary>The offer, or null when it is not kept.</summary>
    public Offer? Find(OfferId id) => _offers.GetValueOrDefault(id);

    public bool IsCancelled(OfferId id) => _cancelled.Contains(id);

    /// <summary>The place of an offer among the kept of its side, from 1; 0 when it is not kept.</summary>
    public int RankOf(OfferId id) => _offers.TryGetValue(id, out var offer) ? LadderOf(offer.Side).IndexOf(offer) + 1 : 0;

    /// <summary>What an offer must beat to be kept: the worst of a full side, or null where there is room.</summary>
    public Offer? Threshold(Side side) => LadderOf(side).IsFull ? LadderOf(side).Worst : null;

    /// <summary>The kept offers of one owner, by sequence, then id.</summary>
    public IReadOnlyList<Offer> OffersOf(ParticipantId owner) => _owners.TryGetValue(owner, out var sequences) ? sequences.All() : [];

    /// <summary>The kept offers that have this owner and sequence, by id: more than one proves that the owner signed twins.</summary>
    public IReadOnlyList<Offer> OffersOf(ParticipantId owner, ulong sequence) => _owners.TryGetValue(owner, out var sequences) ? sequences.At(sequence) : [];

    /// <summary>Whether an offer may be in a book: kept, not cancelled, among its owner's highest sequences, and of twins the one with the lowest id.</summary>
    public bool IsEligible(OfferId id) =>
        _offers.TryGetValue(id, out var offer) && !_cancelled.Contains(id) && _owners[offer.Owner].IsEligible(offer, EligiblePerOwner);

    /// <summary>The same as of a slot, and inside its own slots then: offers that ended before it neither count among their owner's highest nor as twins.</summary>
    /// <remarks>A function of the records that have not expired, which all brokers share, although some still hold what has.</remarks>
    public bool IsEligible(OfferId id, Slot at) =>
        _offers.TryGetValue(id, out var offer) && offer.FirstSlot <= at && offer.LastSlot >= at && !_cancelled.Contains(id) && _owners[offer.Owner].IsEligible(offer, EligiblePerOwner, at);

    /// <summary>The eligible offers of one side in rank order, the best first.</summary>
    public IEnumerable<Offer> EligibleAt(Side side, Slot slot) => LadderOf(side).Offers.Where(offer => IsEligible(offer.Id, slot));

    /// <summary>The book of a slot: the best m/2 of the eligible a side that are inside their slots and have units free.</summary>
    /// <param name="depthPerSide">m/2 offers.</param>
    /// <param name="available">What of an offer may still trade; asked only for offers that can be in the book.</param>
    public OrderBook BookAt(Slot slot, int depthPerSide, Func<Offer, Availability> available)
    {
        var book = new OrderBook(Market, depthPerSide);
        foreach (var side in new[] { Side.Bid, Side.Ask })
        {
            var taken = 0;
            foreach (var offer in EligibleAt(side, slot))
            {
                if (taken == depthPerSide) break;
                var availability = available(offer);
                if (availability.FreeQuantity <= 0) continue;
                book.Add(offer, availability);
                taken++;
            }
        }

        return book;
    }

    private void Forget(Offer offer)
    {
        _offers.Remove(offer.Id);
        _cancelled.Remove(offer.Id);
        var sequences = _owners[offer.Owner];
        sequences.Remove(offer);
        if (sequences.IsEmpty) _owners.Remove(offer.Owner);
    }

    private OfferLadder LadderOf(Side side) => side == Side.Bid ? _bids : side == Side.Ask ? _asks : throw new ArgumentOutOfRangeException(nameof(side), side, "An offer is a bid or an ask.");
}
