using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Matching;

/// <summary>One side in rank order, as far as somebody has looked: price, first slot, then SHA-256(input root + id).</summary>
/// <remarks>
/// Prices are sorted at once, since that touches keys alone. Ties are broken, and offers fetched, when they are first asked for: matching stops
/// where the sides no longer cross, and what lies behind need not be hashed or read at all.
/// </remarks>
internal sealed class RankedSide(Side side)
{
    /// <summary>Offers fetched at once: enough reads in flight to hide how far away the memory is, few enough to stay in the first cache.</summary>
    private const int Batch = 256;

    private ulong[] _keys = [];
    private ulong[] _scratch = [];
    private ulong[] _sorted = [];
    private int _count;
    private int _next;
    private RankedOffer[] _ranked = [];
    private OfferRow[] _rows = [];
    private OfferId[] _ids = [];
    private Offer?[] _offers = [];
    private Tie[] _ties = [];
    private Hash256 _root;
    private long _slot;

    /// <summary>Offers ranked so far.</summary>
    public int Ready { get; private set; }

    /// <summary>The ranked ones.</summary>
    public Span<RankedOffer> Offers => _ranked.AsSpan(0, Ready);

    /// <summary>Takes over the keys of a side and sorts them by price.</summary>
    /// <param name="slot">Offers that start later are passed over.</param>
    /// <param name="root">Breaks the last ties.</param>
    public void Load(ReadOnlySpan<ulong> keys, OfferRow[] rows, OfferId[] ids, Offer?[] offers, Slot slot, Hash256 root)
    {
        if (_keys.Length < keys.Length)
        {
            var capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)keys.Length);
            (_keys, _scratch, _ranked) = (new ulong[capacity], new ulong[capacity], new RankedOffer[capacity]);
        }

        keys.CopyTo(_keys);
        _sorted = KeySort.Sort(_keys, _scratch, keys.Length);
        (_count, _next, Ready) = (keys.Length, 0, 0);
        (_rows, _ids, _offers, _root, _slot) = (rows, ids, offers, root, slot.Value);
    }

    /// <summary>Whether there is an offer of this rank, from 0; it is ready then.</summary>
    public bool Has(int rank)
    {
        while (rank >= Ready && _next < _count) Fetch();
        return rank < Ready;
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

    private void Fetch()
    {
        var end = Math.Min(_count, _next + Batch);
        end = BreakTies(_next, end);
        var at = Ready;
        for (; _next < end; _next++)
        {
            var key = _sorted[_next];
            ref readonly var row = ref _rows[PackedKey.IndexOf(key)];
            if (row.FirstSlot > _slot) continue;
            _ranked[at++] = new RankedOffer
            {
                Price = new MicroCredits(PackedKey.PriceOf(side, key)),
                Free = row.Free,
                Owner = row.Owner,
                LeaseTermMinutes = row.LeaseTermMinutes,
                Index = PackedKey.IndexOf(key),
                HasTerms = row.HasTerms,
            };
        }

        Ready = at;
    }

    /// <summary>Orders offers of equal price.</summary>
    /// <returns>The end, moved to where its own price ends.</returns>
    private int BreakTies(int start, int end)
    {
        var sorted = _sorted.AsSpan(0, _count);
        while (start < end)
        {
            var next = KeySort.EndOfTie(sorted, start);
            if (next - start > 1) BreakTie(sorted[start..next]);
            start = next;
        }

        return start;
    }

    private void BreakTie(Span<ulong> tied)
    {
        if (_ties.Length < tied.Length) _ties = new Tie[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)tied.Length)];
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
        Span<byte> bytes = stackalloc byte[2 * Hash256.Size];
        Span<byte> digest = stackalloc byte[Hash256.Size];
        _root.CopyTo(bytes);
        foreach (ref var tie in ties)
        {
            _ids[PackedKey.IndexOf(tie.Key)].Value.CopyTo(bytes[Hash256.Size..]);
            SHA256.HashData(bytes, digest);
            tie.Hash = new Hash256(digest);
        }

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
