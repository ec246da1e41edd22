using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Matching;

/// <summary>One side in rank order, as far as somebody has looked: price, first slot, then SHA-256(input root + id).</summary>
/// <remarks>
/// Keys are dealt out at once into buckets by price. Each bucket is sorted, its ties broken and its offers fetched when somebody
/// first asks for its ranks: matching stops where the sides no longer cross, and what lies behind need not be sorted, hashed or read at all.
/// The rows of many offers are dealt out with the keys: read one after the other as they lie, and not one here and one there in rank order.
/// </remarks>
/// <param name="many">From so many offers on.</param>
internal sealed class RankedSide(Side side, int many = RankedSide.Many)
{
    /// <summary>Offers fetched at once, where there are so many: enough reads in flight to hide how far away the memory is.</summary>
    private const int Batch = 64;

    /// <summary>The rows of two such sides fill a second-level cache of 1 MB; beyond, each that is fetched by itself is a miss.</summary>
    private const int Many = 32_768;

    /// <summary>512 to 1,023 of many offers a bucket: what sorting and fetching them touches stays in the first-level cache.</summary>
    private const int ManyBits = 9;

    /// <summary>1,024 buckets of many: so many places are written to in turns, which the second-level cache holds with ease.</summary>
    private const int MostBits = 10;

    private bool _isMany;
    private DealtOffer[] _dealt = [];
    private int[] _ends = [];
    private int _bucket;
    private ulong[] _sorted = [];
    private ulong[] _scratch = [];
    private int _count;
    private int _next;
    private RankedOffer[] _ranked = [];
    private OfferRow[] _rows = [];
    private OfferId[] _ids = [];
    private Offer?[] _offers = [];
    private Tie[] _ties = [];
    private OfferId[] _tiedIds = [];
    private Hash256[] _tieHashes = [];
    private Hash256 _root;
    private long _slot;

    /// <summary>Offers ranked so far, without those forgotten.</summary>
    public int Ready { get; private set; }

    /// <summary>The ranked ones.</summary>
    public Span<RankedOffer> Offers => _ranked.AsSpan(0, Ready);

    /// <summary>Takes over the keys of a side and sorts them by price.</summary>
    /// <param name="slot">Offers that start later are passed over.</param>
    /// <param name="root">Breaks the last ties.</param>
    public void Load(ReadOnlySpan<ulong> keys, OfferRow[] rows, OfferId[] ids, Offer?[] offers, Slot slot, Hash256 root)
    {
        if (_sorted.Length < keys.Length)
        {
            var capacity = (int)BitOperations.RoundUpToPowerOf2((uint)keys.Length);
            (_sorted, _scratch) = (new ulong[capacity], new ulong[capacity]);
        }

        (_count, _next, _bucket, Ready) = (keys.Length, 0, 0, 0);
        (_rows, _ids, _offers, _root, _slot) = (rows, ids, offers, root, slot.Value);
        Deal(keys);
    }

    /// <summary>Whether there is an offer of this rank, from 0; it is ready then.</summary>
    public bool Has(int rank)
    {
        while (rank >= Ready && _next < _count) Fetch();
        return rank < Ready;
    }

    /// <summary>Forgets the best so many: the next has rank 0 from now on, and their memory is used again, while it is still in the cache.</summary>
    public void Forget(int best)
    {
        _ranked.AsSpan(best, Ready - best).CopyTo(_ranked);
        Ready -= best;
    }

    /// <summary>The price at a rank, or null behind the last.</summary>
    public MicroCredits? PriceAt(int rank) => Has(rank) ? _ranked[rank].Price : null;

    /// <summary>How many offers from the best on have a price at least as good as this.</summary>
    public int CountTo(MicroCredits limit)
    {
        var count = 0;
        while (Has(count) && (side == Side.Bid ? _ranked[count].Price >= limit : _ranked[count].Price <= limit)) count++;
        return count;
    }

    /// <summary>The offer at a rank with all it says; null for a plain one of which the book keeps only values.</summary>
    public Offer? TermsAt(int rank) => _offers[_ranked[rank].Index];

    /// <summary>Puts the keys into buckets by price: one or two keys each where prices lie evenly, and with their rows, where they are many, some hundreds.</summary>
    private void Deal(ReadOnlySpan<ulong> keys)
    {
        _isMany = keys.Length >= many;
        var bits = Math.Max(1, BitOperations.Log2((uint)keys.Length | 1));
        if (_isMany) bits = Math.Clamp(bits - ManyBits, 1, MostBits);
        if (_ends.Length < 1 << bits) _ends = new int[1 << bits];
        var ends = _ends.AsSpan(0, 1 << bits);
        if (_isMany)
        {
            if (_dealt.Length < keys.Length) _dealt = new DealtOffer[_sorted.Length];
            KeySort.Deal(keys, _rows, _dealt.AsSpan(0, keys.Length), ends);
        }
        else
        {
            KeySort.Deal(keys, _sorted.AsSpan(0, keys.Length), ends);
        }
    }

    /// <summary>Ranks the next few offers.</summary>
    private void Fetch()
    {
        var sorted = _isMany ? SortNextOfMany() : SortNextOfFew();
        BreakTies(sorted);
        Gather(sorted);
    }

    /// <summary>Sorts the next few buckets.</summary>
    private Span<ulong> SortNextOfFew()
    {
        var (first, end) = (_next, _next);
        while (end - first < Batch && end < _count)
        {
            var (start, bucket) = (end, _bucket++);
            end = _ends[bucket];
            // A bucket of many, where prices lie close together; small ones are sorted all at once below, as they follow each other in order.
            if (end - start > KeySort.Few) KeySort.Sort(_sorted.AsSpan(start, end - start), _scratch);
        }

        _next = end;
        var sorted = _sorted.AsSpan(first, end - first);
        KeySort.Insert(sorted);
        return sorted;
    }

    /// <summary>Sorts the next bucket of many offers, by keys that say where they were dealt to, in memory that is used again.</summary>
    private Span<ulong> SortNextOfMany()
    {
        var (start, end) = (_next, _ends[_bucket++]);
        _next = end;
        var sorted = _sorted.AsSpan(0, end - start);
        for (var i = 0; i < sorted.Length; i++) sorted[i] = (_dealt[start + i].Key & ~PackedKey.IndexMask) | (uint)(start + i);
        KeySort.Sort(sorted, _scratch);
        return sorted;
    }

    /// <summary>Fetches offers in rank order.</summary>
    private void Gather(ReadOnlySpan<ulong> sorted)
    {
        var (rows, dealt, slot, at) = (_rows, _dealt, _slot, Ready);
        if (_ranked.Length < at + sorted.Length) Array.Resize(ref _ranked, (int)BitOperations.RoundUpToPowerOf2((uint)(at + sorted.Length)));
        var ranked = _ranked.AsSpan(0, at + sorted.Length);
        if (_isMany)
        {
            foreach (var key in sorted)
            {
                ref readonly var offer = ref dealt[PackedKey.IndexOf(key)];
                if (offer.Row.FirstSlot <= slot) ranked[at++].Set(PackedKey.PriceOf(side, key), offer.Row, PackedKey.IndexOf(offer.Key));
            }
        }
        else
        {
            foreach (var key in sorted)
            {
                ref readonly var row = ref rows[PackedKey.IndexOf(key)];
                if (row.FirstSlot <= slot) ranked[at++].Set(PackedKey.PriceOf(side, key), row, PackedKey.IndexOf(key));
            }
        }

        Ready = at;
    }

    /// <summary>The first slot of a sorted key's offer.</summary>
    private int FirstSlotOf(ulong key) => _isMany ? _dealt[PackedKey.IndexOf(key)].Row.FirstSlot : _rows[PackedKey.IndexOf(key)].FirstSlot;

    /// <summary>Where a sorted key's offer lies in the arrays that are ranked.</summary>
    private int IndexOf(ulong key) => PackedKey.IndexOf(_isMany ? _dealt[PackedKey.IndexOf(key)].Key : key);

    /// <summary>Orders offers of equal price.</summary>
    private void BreakTies(Span<ulong> sorted)
    {
        for (var start = 0; start < sorted.Length;)
        {
            var end = KeySort.EndOfTie(sorted, start);
            if (end - start > 1) BreakTie(sorted[start..end]);
            start = end;
        }
    }

    private void BreakTie(Span<ulong> tied)
    {
        if (tied.Length == 2)
        {
            // Most ties are of two, and most of those are of different slots.
            var (first, second) = (FirstSlotOf(tied[0]), FirstSlotOf(tied[1]));
            if (first > second) tied.Reverse();
            if (first != second) return;
        }

        if (_ties.Length < tied.Length) _ties = new Tie[BitOperations.RoundUpToPowerOf2((uint)tied.Length)];
        var ties = _ties.AsSpan(0, tied.Length);
        for (var i = 0; i < tied.Length; i++) ties[i] = new Tie { Key = tied[i], FirstSlot = FirstSlotOf(tied[i]) };
        ties.Sort();
        for (var start = 0; start < ties.Length;)
        {
            var end = start + 1;
            while (end < ties.Length && ties[end].FirstSlot == ties[start].FirstSlot) end++;
            if (end - start > 1) BreakByHash(ties[start..end]);
            start = end;
        }

        for (var i = 0; i < tied.Length; i++) tied[i] = ties[i].Key;
    }

    private void BreakByHash(Span<Tie> ties)
    {
        if (_tieHashes.Length < ties.Length) (_tiedIds, _tieHashes) = (new OfferId[_ties.Length], new Hash256[_ties.Length]);
        var ids = MemoryMarshal.Cast<OfferId, Hash256>(_tiedIds.AsSpan(0, ties.Length));
        for (var i = 0; i < ties.Length; i++) _tiedIds[i] = _ids[IndexOf(ties[i].Key)];
        HashBatch.OfPairs(_root, ids, _tieHashes);
        for (var i = 0; i < ties.Length; i++) ties[i].Hash = _tieHashes[i];
        ties.Sort();
    }

    /// <summary>One of several offers at a price; the hash is what nobody can foresee when the offer is made.</summary>
    [StructLayout(LayoutKind.Auto)]
    [SuppressMessage("Design", "CA1036", Justification = "Compared by sorting alone.")]
    private struct Tie : IComparable<Tie>
    {
        public ulong Key;
        public long FirstSlot;
        public Hash256 Hash;

        public readonly int CompareTo(Tie other) => FirstSlot != other.FirstSlot ? FirstSlot.CompareTo(other.FirstSlot) : Hash.CompareTo(other.Hash);
    }
}
