using System.Buffers;
using System.Buffers.Binary;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>The book of one slot, as it follows from a store: the best eligible offers of each side with what of them may still trade. Never changes.</summary>
public sealed class SlotBook
{
    private readonly IReadOnlyList<MatchEntry> _bids;
    private readonly IReadOnlyList<MatchEntry> _asks;
    private IReadOnlyList<MatchEntry>? _entries;

    /// <param name="bids">In the fixed order, the best first, each with units free.</param>
    /// <param name="asks">The same.</param>
    internal SlotBook(MarketId market, Slot slot, IReadOnlyList<MatchEntry> bids, IReadOnlyList<MatchEntry> asks) => (Market, Slot, _bids, _asks) = (market, slot, bids, asks);

    public MarketId Market { get; }

    /// <summary>The slot in which these may trade.</summary>
    public Slot Slot { get; }

    /// <summary>Offers on both sides.</summary>
    public int Count => _bids.Count + _asks.Count;

    /// <summary>Everything that can trade, sorted by offer id: the entries of a <see cref="MatchInput"/>.</summary>
    public IReadOnlyList<MatchEntry> Entries => _entries ??= ById();

    /// <summary>One side, the best first.</summary>
    public IReadOnlyList<MatchEntry> EntriesOf(Side side) => side == Side.Bid ? _bids : side == Side.Ask ? _asks : throw new ArgumentOutOfRangeException(nameof(side), side, "An offer is a bid or an ask.");

    /// <summary>The best price levels of one side, at most <paramref name="maxLevels"/>.</summary>
    public IReadOnlyList<BookLevel> Depth(Side side, int maxLevels)
    {
        var levels = new List<BookLevel>();
        foreach (var entry in EntriesOf(side))
        {
            var (price, units) = (entry.Offer.LimitPrice, entry.FreeQuantity);
            if (levels.Count > 0 && levels[^1].Price == price) levels[^1] = new BookLevel(price, levels[^1].Units + units, levels[^1].Offers + 1);
            else if (levels.Count == maxLevels) break;
            else levels.Add(new BookLevel(price, units, 1));
        }

        return levels;
    }

    /// <summary>Free units of one side.</summary>
    public long UnitsOf(Side side) => EntriesOf(side).Sum(entry => (long)entry.FreeQuantity);

    private MatchEntry[] ById()
    {
        MatchEntry[] entries = [.. _bids, .. _asks];
        // By numbers, which are compared without a call; the first eight bytes of an id nearly always decide.
        var leading = Array.ConvertAll(entries, entry => entry.Offer.Id.Value.Leading);
        Array.Sort(leading, entries);
        for (int start = 0, end; start < leading.Length; start = end)
        {
            for (end = start + 1; end < leading.Length && leading[end] == leading[start];) end++;
            if (end - start > 1) entries.AsSpan(start, end - start).Sort(static (left, right) => left.Offer.Id.CompareTo(right.Offer.Id));
        }

        return entries;
    }

    /// <summary>SHA-256 over (offer id, 32 bytes + free quantity, 4 bytes big-endian), sorted by id: equal for equal books.</summary>
    public Hash256 Digest()
    {
        const int EntryBytes = Hash256.Size + sizeof(int);
        // Hashed at once: a call for each entry would cost more than its hash.
        var length = Entries.Count * EntryBytes;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        var at = bytes.AsSpan(0, length);
        foreach (var entry in Entries)
        {
            entry.Offer.Id.Value.CopyTo(at);
            BinaryPrimitives.WriteInt32BigEndian(at[Hash256.Size..], entry.FreeQuantity);
            at = at[EntryBytes..];
        }

        var digest = Hash256.Of(bytes.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(bytes);
        return digest;
    }

    /// <summary>An immutable picture for readers.</summary>
    /// <param name="seen">The slot in which it was taken.</param>
    /// <param name="maxLevels">Price levels a side.</param>
    public BookSnapshot Snapshot(Slot seen, int maxLevels) =>
        new(Market, seen, Depth(Side.Bid, maxLevels), Depth(Side.Ask, maxLevels), UnitsOf(Side.Bid), UnitsOf(Side.Ask), Count, Digest());
}
