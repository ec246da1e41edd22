using System.Buffers.Binary;
using System.Security.Cryptography;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>One market's order book: the best offers of each side, with what of them may still trade.</summary>
/// <remarks>Bids descending, asks ascending, ties by first eligible slot, then offer id. "The broker keeps the best m/2 offers for each side"; whoever falls out is told to the caller. One writer; readers take snapshots.</remarks>
public sealed class OrderBook
{
    private readonly Dictionary<OfferId, MatchEntry> _entries = [];
    private readonly OfferLadder _bids;
    private readonly OfferLadder _asks;
    private Slot? _current;

    /// <param name="depthPerSide">m/2 offers; at least 1.</param>
    public OrderBook(MarketId market, int depthPerSide)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depthPerSide, 1);
        Market = market;
        DepthPerSide = depthPerSide;
        _bids = new OfferLadder(Side.Bid, depthPerSide);
        _asks = new OfferLadder(Side.Ask, depthPerSide);
    }

    public MarketId Market { get; }
    public int DepthPerSide { get; }

    /// <summary>Offers on both sides.</summary>
    public int Count => _entries.Count;

    /// <summary>The best bid, or null.</summary>
    public Offer? BestBid => _bids.Best;

    /// <summary>The best ask, or null.</summary>
    public Offer? BestAsk => _asks.Best;

    /// <summary>The offers of one side, the best first.</summary>
    public IReadOnlyList<Offer> OffersOf(Side side) => LadderOf(side).Offers;

    /// <summary>Adds an offer of this market whole.</summary>
    public BookChange Add(Offer offer) => Add(offer, Availability.Of(offer.Quantity));

    /// <summary>Adds an offer of this market.</summary>
    /// <exception cref="ArgumentException">Another market's offer, or a free quantity that it cannot have.</exception>
    public BookChange Add(Offer offer, Availability available)
    {
        if (offer.Market != Market) throw new ArgumentException($"Offer {offer.Id} is of market {offer.Market}, not of {Market}.", nameof(offer));
        RequirePossible(offer, available.FreeQuantity);
        if (_entries.ContainsKey(offer.Id)) return new BookChange(BookOutcome.AlreadyHere, null);
        if (offer.LastSlot < _current) return new BookChange(BookOutcome.Expired, null);
        var ladder = LadderOf(offer.Side);
        if (!ladder.Takes(offer)) return new BookChange(BookOutcome.BelowWorst, null);
        var evicted = ladder.Insert(offer);
        if (evicted is not null) _entries.Remove(evicted.Id);
        _entries.Add(offer.Id, EntryOf(offer, available));
        return new BookChange(BookOutcome.Added, evicted);
    }

    /// <summary>Takes an offer out; false when it is not in.</summary>
    public bool Cancel(OfferId id)
    {
        if (!_entries.Remove(id, out var entry)) return false;
        LadderOf(entry.Offer.Side).Remove(entry.Offer);
        return true;
    }

    /// <summary>Changes what of an offer may still trade; none left takes it out. False when it is not in.</summary>
    /// <exception cref="ArgumentException">A free quantity that the offer cannot have.</exception>
    public bool SetAvailable(OfferId id, Availability available)
    {
        if (!_entries.TryGetValue(id, out var entry)) return false;
        if (available.FreeQuantity == 0) return Cancel(id);
        RequirePossible(entry.Offer, available.FreeQuantity);
        _entries[id] = EntryOf(entry.Offer, available);
        return true;
    }

    /// <summary>Prunes what ended before this slot, and takes nothing such from now on. The slot never goes back.</summary>
    /// <returns>What went, in no order.</returns>
    public IReadOnlyList<Offer> Expire(Slot current)
    {
        if (_current is { } known && known >= current) return [];
        _current = current;
        var expired = _entries.Values.Select(entry => entry.Offer).Where(offer => offer.LastSlot < current).ToList();
        foreach (var offer in expired) _entries.Remove(offer.Id);
        _bids.RemoveAll(offer => offer.LastSlot < current);
        _asks.RemoveAll(offer => offer.LastSlot < current);
        return expired;
    }

    /// <summary>The entry of an offer, or null when it is not in.</summary>
    public MatchEntry? Find(OfferId id) => _entries.GetValueOrDefault(id);

    /// <summary>The place of an offer on its side, from 1; 0 when it is not in.</summary>
    public int RankOf(OfferId id) => _entries.TryGetValue(id, out var entry) ? LadderOf(entry.Offer.Side).IndexOf(entry.Offer) + 1 : 0;

    /// <summary>The best price levels of one side, at most <paramref name="maxLevels"/>.</summary>
    public IReadOnlyList<BookLevel> Depth(Side side, int maxLevels)
    {
        var levels = new List<BookLevel>();
        foreach (var offer in LadderOf(side).Offers)
        {
            var units = _entries[offer.Id].FreeQuantity;
            if (levels.Count > 0 && levels[^1].Price == offer.LimitPrice) levels[^1] = new BookLevel(offer.LimitPrice, levels[^1].Units + units, levels[^1].Offers + 1);
            else if (levels.Count == maxLevels) break;
            else levels.Add(new BookLevel(offer.LimitPrice, units, 1));
        }

        return levels;
    }

    /// <summary>Free units of one side.</summary>
    public long UnitsOf(Side side) => LadderOf(side).Offers.Sum(offer => (long)_entries[offer.Id].FreeQuantity);

    /// <summary>SHA-256 over (offer id, 32 bytes + free quantity, 4 bytes big-endian), sorted by id: equal for equal books.</summary>
    public Hash256 Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[Hash256.Size + sizeof(int)];
        foreach (var entry in Entries())
        {
            entry.Offer.Id.Value.CopyTo(bytes);
            BinaryPrimitives.WriteInt32BigEndian(bytes[Hash256.Size..], entry.FreeQuantity);
            hash.AppendData(bytes);
        }

        Span<byte> digest = stackalloc byte[Hash256.Size];
        hash.GetHashAndReset(digest);
        return new Hash256(digest);
    }

    /// <summary>Everything that can trade in a match slot, sorted by offer id: the entries of a <see cref="MatchInput"/>.</summary>
    public IReadOnlyList<MatchEntry> EntriesAt(Slot slot) => [.. Entries().Where(entry => entry.Offer.FirstSlot <= slot && entry.Offer.LastSlot >= slot)];

    /// <summary>An immutable picture for readers.</summary>
    /// <param name="maxLevels">Price levels a side.</param>
    public BookSnapshot Snapshot(Slot slot, int maxLevels) =>
        new(Market, slot, Depth(Side.Bid, maxLevels), Depth(Side.Ask, maxLevels), UnitsOf(Side.Bid), UnitsOf(Side.Ask), Count, Digest());

    private IOrderedEnumerable<MatchEntry> Entries() => _entries.Values.OrderBy(entry => entry.Offer.Id);

    private OfferLadder LadderOf(Side side) => side == Side.Bid ? _bids : side == Side.Ask ? _asks : throw new ArgumentOutOfRangeException(nameof(side), side, "An offer is a bid or an ask.");

    private static MatchEntry EntryOf(Offer offer, Availability available) =>
        new(offer, available.FreeQuantity, offer.Distinct ? [.. available.FilledOwners.Distinct().Order()] : []);

    private static void RequirePossible(Offer offer, int free)
    {
        if (free < 1 || free > offer.Quantity) throw new ArgumentException($"Offer {offer.Id} of quantity {offer.Quantity} cannot have {free} units free.");
    }
}
