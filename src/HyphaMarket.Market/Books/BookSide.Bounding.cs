using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Books;

// The fixed order, by which a side is bounded.
internal sealed partial class BookSide
{
    private const ulong NoThreshold = ulong.MaxValue;

    private ulong[] _sorted = [];
    private Tied[] _tied = [];

    /// <summary>The worst offer kept when the side was last bounded: good for as long as the side is full, and until then none.</summary>
    private ulong _worstPrice = NoThreshold;
    private long _worstFirstSlot;
    private OfferId _worstId;
    private int _worstIndex;

    /// <summary>Keeps the best <see cref="Depth"/> of the fixed order and drops the rest, whose handles find nothing from then on.</summary>
    public void Bound()
    {
        if (Count < Depth || (Count == Depth && _worstPrice != NoThreshold)) return;
        if (Count > Depth)
        {
            KeySelection.Select(_keys.AsSpan(0, Count), Depth, _scratch, _order);
            while (Count > Depth) Release(PackedKey.IndexOf(_keys[--Count]));
            for (var position = 0; position < Count; position++) _places[PackedKey.IndexOf(_keys[position])].Position = position;
        }

        _worstIndex = PackedKey.IndexOf(FindWorst());
        (_worstPrice, _worstFirstSlot, _worstId) = (FieldOf(_worstIndex), _rows[_worstIndex].FirstSlot, _ids[_worstIndex]);
    }

    /// <summary>Where the worst offer of a full side without slack lies, or -1 where there is room.</summary>
    public int WorstOfFull()
    {
        if (Count < Depth) return -1;
        Bound();
        return _worstIndex;
    }

    /// <summary>Whether an offer ranks before the worst of a full side.</summary>
    public bool BeatsWorst(in BookOffer offer)
    {
        Bound();
        return BeatsThreshold(PackedKey.Field(Side, offer.Price), offer);
    }

    /// <summary>The place of an offer in the fixed order, from 1.</summary>
    public int RankOf(int index)
    {
        var (mine, field) = (_keys[_places[index].Position], FieldOf(index));
        var (better, notWorse) = KeyScan.CountBelow(Keys, field << PackedKey.IndexBits, (field << PackedKey.IndexBits) | PackedKey.IndexMask);
        // Alone at its price, it ties with nobody.
        if (notWorse - better == 1) return better + 1;
        for (var at = KeyScan.IndexOfPrice(Keys, field, 0); at >= 0; at = KeyScan.IndexOfPrice(Keys, field, at + 1))
        {
            if (CompareInFixedOrder(_keys[at], mine) < 0) better++;
        }

        return better + 1;
    }

    /// <summary>The keys in the fixed order; good until the next change.</summary>
    public ReadOnlySpan<ulong> Sorted()
    {
        if (_sorted.Length < _keys.Length) _sorted = new ulong[_keys.Length];
        var sorted = _sorted.AsSpan(0, Count);
        Keys.CopyTo(sorted);
        KeySort.Sort(sorted, _scratch);
        for (var start = 0; start < sorted.Length;)
        {
            var end = KeySort.EndOfTie(sorted, start);
            if (end - start > 1) SortTied(sorted[start..end]);
            start = end;
        }

        return sorted;
    }

    /// <summary>Sorts keys of one price. What orders them is scattered over the side, and fetched once.</summary>
    private void SortTied(Span<ulong> tied)
    {
        var isFew = tied.Length <= KeySort.Few;
        if (!isFew && _tied.Length < tied.Length) _tied = new Tied[_keys.Length];
        var ranked = isFew ? stackalloc Tied[KeySort.Few] : _tied;
        ranked = ranked[..tied.Length];
        for (var i = 0; i < tied.Length; i++)
        {
            var index = PackedKey.IndexOf(tied[i]);
            ranked[i] = new Tied(tied[i], _rows[index].FirstSlot, _ids[index].Value.Leading);
        }

        // For few, a call costs more than it saves.
        if (isFew) Insert(ranked);
        else ranked.Sort();
        for (int start = 0, end; start < tied.Length; start = end)
        {
            for (end = start; end < tied.Length && ranked[end].CompareTo(ranked[start]) == 0; end++) tied[end] = ranked[end].Key;
            // Ids that begin alike are rare.
            if (end - start > 1) tied[start..end].Sort(_order);
        }
    }

    private static void Insert(Span<Tied> ranked)
    {
        for (var i = 1; i < ranked.Length; i++)
        {
            var (one, at) = (ranked[i], i);
            for (; at > 0 && one.CompareTo(ranked[at - 1]) < 0; at--) ranked[at] = ranked[at - 1];
            ranked[at] = one;
        }
    }

    /// <summary>What <see cref="Sorted"/> gave last, where nothing changed since.</summary>
    public ReadOnlySpan<ulong> LastSorted => _sorted.AsSpan(0, Count);

    private ulong FindWorst()
    {
        var worst = KeyScan.Largest(Keys);
        var field = worst >> PackedKey.IndexBits;
        for (var at = KeyScan.IndexOfPrice(Keys, field, 0); at >= 0; at = KeyScan.IndexOfPrice(Keys, field, at + 1))
        {
            if (CompareInFixedOrder(_keys[at], worst) > 0) worst = _keys[at];
        }

        return worst;
    }

    private ulong FieldOf(int index) => _keys[_places[index].Position] >> PackedKey.IndexBits;

    /// <summary>Whether an offer ranks before the worst of a full side; before no offer, where there is no threshold.</summary>
    private bool BeatsThreshold(ulong price, in BookOffer offer)
    {
        if (price != _worstPrice) return price < _worstPrice;
        return offer.FirstSlot.Value != _worstFirstSlot ? offer.FirstSlot.Value < _worstFirstSlot : offer.Id < _worstId;
    }

    /// <summary>Price, then first slot, then id.</summary>
    private int CompareInFixedOrder(ulong left, ulong right)
    {
        var byPrice = (left >> PackedKey.IndexBits).CompareTo(right >> PackedKey.IndexBits);
        if (byPrice != 0) return byPrice;
        var (a, b) = (PackedKey.IndexOf(left), PackedKey.IndexOf(right));
        var bySlot = _rows[a].FirstSlot.CompareTo(_rows[b].FirstSlot);
        return bySlot != 0 ? bySlot : _ids[a].CompareTo(_ids[b]);
    }

    /// <summary>One of several at a price.</summary>
    /// <param name="Id">The first eight bytes, which nearly always decide.</param>
    private readonly record struct Tied(ulong Key, int FirstSlot, ulong Id) : IComparable<Tied>
    {
        public int CompareTo(Tied other) => FirstSlot != other.FirstSlot ? FirstSlot.CompareTo(other.FirstSlot) : Id.CompareTo(other.Id);
    }
}
