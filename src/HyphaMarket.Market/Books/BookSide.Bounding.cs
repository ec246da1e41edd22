using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Books;

// The fixed order, by which a side is bounded.
internal sealed partial class BookSide
{
    private ulong[] _sorted = [];

    /// <summary>Keeps the best <see cref="Depth"/> of the fixed order and drops the rest, whose handles find nothing from then on.</summary>
    public void Bound()
    {
        if (Count < Depth || (Count == Depth && _threshold is not null)) return;
        if (Count > Depth)
        {
            KeySelection.Select(_keys.AsSpan(0, Count), Depth, _scratch, _order);
            while (Count > Depth) Release(PackedKey.IndexOf(_keys[--Count]));
            for (var position = 0; position < Count; position++) _places[PackedKey.IndexOf(_keys[position])].Position = position;
        }

        var worst = PackedKey.IndexOf(FindWorst());
        _threshold = new Threshold(worst, FieldOf(worst), _rows[worst].FirstSlot, _ids[worst]);
    }

    /// <summary>Where the worst offer of a full side without slack lies, or -1 where there is room.</summary>
    public int WorstOfFull()
    {
        if (Count < Depth) return -1;
        Bound();
        return _threshold!.Value.Index;
    }

    /// <summary>Whether an offer ranks before the worst of a full side.</summary>
    public bool BeatsWorst(in BookOffer offer)
    {
        Bound();
        return _threshold is null || BeatsThreshold(offer);
    }

    /// <summary>The place of an offer in the fixed order, from 1.</summary>
    public int RankOf(int index)
    {
        var (mine, field) = (_keys[_places[index].Position], FieldOf(index));
        var better = KeyScan.CountBelow(Keys, field << PackedKey.IndexBits);
        for (var at = KeyScan.IndexOfPrice(Keys, field, 0); at >= 0; at = KeyScan.IndexOfPrice(Keys, field, at + 1))
        {
            if (_order.Compare(_keys[at], mine) < 0) better++;
        }

        return better + 1;
    }

    /// <summary>The keys in the fixed order; good until the next change.</summary>
    public ReadOnlySpan<ulong> Sorted()
    {
        if (_sorted.Length < _keys.Length) _sorted = new ulong[_keys.Length];
        Keys.CopyTo(_sorted);
        var sorted = KeySort.Sort(_sorted, _scratch, Count).AsSpan(0, Count);
        for (var start = 0; start < sorted.Length;)
        {
            var end = KeySort.EndOfTie(sorted, start);
            if (end - start > 1) sorted[start..end].Sort(_order);
            start = end;
        }

        return sorted;
    }

    private ulong FindWorst()
    {
        var worst = KeyScan.Largest(Keys);
        var field = worst >> PackedKey.IndexBits;
        for (var at = KeyScan.IndexOfPrice(Keys, field, 0); at >= 0; at = KeyScan.IndexOfPrice(Keys, field, at + 1))
        {
            if (_order.Compare(_keys[at], worst) > 0) worst = _keys[at];
        }

        return worst;
    }

    private ulong FieldOf(int index) => _keys[_places[index].Position] >> PackedKey.IndexBits;

    private bool BeatsThreshold(in BookOffer offer)
    {
        var worst = _threshold!.Value;
        var field = PackedKey.Field(Side, offer.Price);
        if (field != worst.Price) return field < worst.Price;
        return offer.FirstSlot.Value != worst.FirstSlot ? offer.FirstSlot.Value < worst.FirstSlot : offer.Id < worst.Id;
    }

    /// <summary>The worst offer kept when the side was last bounded: good for as long as the side is full.</summary>
    private readonly record struct Threshold(int Index, ulong Price, long FirstSlot, OfferId Id);

    /// <summary>Price, then first slot, then id.</summary>
    private sealed class FixedOrder(BookSide side) : IComparer<ulong>
    {
        public int Compare(ulong left, ulong right)
        {
            var byPrice = (left >> PackedKey.IndexBits).CompareTo(right >> PackedKey.IndexBits);
            if (byPrice != 0) return byPrice;
            var (a, b) = (PackedKey.IndexOf(left), PackedKey.IndexOf(right));
            var bySlot = side._rows[a].FirstSlot.CompareTo(side._rows[b].FirstSlot);
            return bySlot != 0 ? bySlot : side._ids[a].CompareTo(side._ids[b]);
        }
    }
}
