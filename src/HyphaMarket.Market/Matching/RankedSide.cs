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
/// </remarks>
internal sealed class RankedSide(Side side)
{
    /// <summary>Offers fetched at once, where there are so many: enough reads in flight to hide how far away the memory is.</summary>
    private const int Batch = 64;

    /// <summary>65,536 buckets, of which a million keys leave 15 in each: few enough to sort by moving them. More cost more than they save, to count and to write to in turns.</summary>
    private const int MostBits = 16;

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

    /// <summary>Puts the keys into buckets by price, one or two keys each where prices lie evenly.</summary>
    private void Deal(ReadOnlySpan<ulong> keys)
    {
        var bits = Math.Clamp(BitOperations.Log2((uint)keys.Length | 2), 1, MostBits);
        if (_ends.Length < 1 << bits) _ends = new int[1 << bits];
        KeySort.Deal(keys, _sorted.AsSpan(0, keys.Length), _ends.AsSpan(0, 1 << bits));
    }

    /// <summary>Ranks the next few buckets.</summary>
    private void Fetch()
    {
        var end = _next;
        while (end - _next < Batch && end < _count)
        {
            var (start, bucket) = (end, _bucket++);
            end = _ends[bucket];
            // A bucket of many, where prices lie close together; small ones are sorted all at once below, as they follow each other in order.
            if (end - start > KeySort.Few) KeySort.Sort(_sorted.AsSpan(start, end - start), _scratch);
        }

        var sorted = _sorted.AsSpan(_next, end - _next);
        KeySort.Insert(sorted);
        BreakTies(sorted);
        Gather(sorted);
        _next = end;
    }

    /// <summary>Fetches offers in rank order.</summary>
    private void Gather(ReadOnlySpan<ulong> sorted)
    {
        var (rows, slot, at) = (_rows, _slot, Ready);
        if (_ranked.Length < at + sorted.Length) Array.Resize(ref _ranked, (int)BitOperations.RoundUpToPowerOf2((uint)(at + sorted.Length)));
        var ranked = _ranked.AsSpan(0, at + sorted.Length);
        foreach (var key in sorted)
        {
            ref readonly var row = ref rows[PackedKey.IndexOf(key)];
            if (row.FirstSlot > slot) continue;
            ref var offer = ref ranked[at++];
            offer.Price = new MicroCredits(PackedKey.PriceOf(side, key));
            offer.Free = row.Free;
            offer.Owner = row.Owner;
            offer.Terms = row.Terms;
            offer.Index = PackedKey.IndexOf(key);
        }

        Ready = at;
    }

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
            var (first, second) = (_rows[PackedKey.IndexOf(tied[0])].FirstSlot, _rows[PackedKey.IndexOf(tied[1])].FirstSlot);
            if (first > second) tied.Reverse();
            if (first != second) return;
        }

        if (_ties.Length < tied.Length) _ties = new Tie[BitOperations.RoundUpToPowerOf2((uint)tied.Length)];
        var ties = _ties.AsSpan(0, tied.Length);
        for (var i = 0; i < tied.Length; i++) ties[i] = new Tie { Key = tied[i], FirstSlot = _rows[PackedKey.IndexOf(tied[i])].FirstSlot };
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
        for (var i = 0; i < ties.Length; i++) _tiedIds[i] = _ids[PackedKey.IndexOf(ties[i].Key)];
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
