using System.Runtime.CompilerServices;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>The best offers of one side, unsorted, as arrays: one key to compare, and beside it what the offer is.</summary>
/// <remarks>
/// Nothing is sorted until somebody wants rank order, which a market does once in two slots. Bounded lazily: when the arrays are full the best
/// are selected, and the worst of those is the threshold for what comes. Arrays grow until the bound and are kept, so in the long run nothing is allocated.
/// </remarks>
internal sealed partial class BookSide
{
    private const int Smallest = 64;

    /// <summary>A side that has grown is a side that fills: eight arrays are copied each time.</summary>
    private const int GrowsBy = 4;

    /// <summary>The last slot of a free place.</summary>
    private const int Never = int.MaxValue;

    private readonly int _most;
    private readonly Comparison<ulong> _order;
    private ulong[] _keys = [];
    private ulong[] _scratch = [];
    private OfferRow[] _rows = [];
    private OfferId[] _ids = [];
    private Offer?[] _terms = [];
    private Place[] _places = [];

    /// <summary>The last slot of what lies at a place, one after the other: pruning looks at nothing else, many at a time.</summary>
    private int[] _lastSlots = [];
    private int _used;
    private long _pruned = long.MinValue;

    /// <summary>Places that are free again. A stack of its own, not a list through the places: who takes one need not wait for the place to be read.</summary>
    private int[] _freed = [];
    private int _freedCount;
    private int _spentCount;
    private bool _hasTerms;

    /// <summary>No key is better. Where the best offer went, it is looked for when it is wanted.</summary>
    private ulong _best = ulong.MaxValue;
    private bool _isBestKnown = true;

    /// <param name="depth">Offers kept; at least 1.</param>
    /// <param name="slack">Offers beyond them that may gather before the worst are dropped; 0 for a caller that makes room itself.</param>
    public BookSide(Side side, int depth, int slack)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(slack);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)depth + slack, (long)PackedKey.IndexMask, nameof(depth));
        (Side, Depth, _most) = (side, depth, depth + slack);
        _order = CompareInFixedOrder;
    }

    public Side Side { get; }
    public int Depth { get; }

    /// <summary>Places that the arrays have now.</summary>
    public int Capacity => _keys.Length;

    /// <summary>Offers held: at most the depth and the slack.</summary>
    public int Count { get; private set; }

    /// <summary>Free units of everything held.</summary>
    public long Units { get; private set; }

    /// <summary>Keys in no order.</summary>
    public ReadOnlySpan<ulong> Keys => _keys.AsSpan(0, Count);

    /// <summary>By where an offer lies.</summary>
    public OfferRow[] Rows => _rows;
    public OfferId[] Ids => _ids;
    public Offer?[] Terms => _terms;

    /// <summary>The best key, or null.</summary>
    public ulong? Best
    {
        get
        {
            if (Count == 0) return null;
            if (!_isBestKnown) (_best, _isBestKnown) = (KeyScan.Least(Keys), true);
            return _best;
        }
    }

    /// <summary>Whether an offer with this last slot comes after it was pruned.</summary>
    public bool HasEnded(Slot last) => last.Value < _pruned;

    public int GenerationOf(int index) => _places[index].Generation;

    public bool IsHere(int index, int generation) => (uint)index < (uint)_used && _places[index].Generation == generation && _places[index].Position >= 0;

    /// <summary>Takes an offer in, unless a full side has better ones.</summary>
    /// <param name="index">Where it lies.</param>
    public bool TryAdd(in BookOffer offer, out int index)
    {
        index = -1;
        var price = PackedKey.Field(Side, offer.Price);
        if (price >= _worstPrice && !BeatsThreshold(price, offer)) return false;
        if (Count == _most)
        {
            Bound();
            if (Count == _most || !BeatsThreshold(price, offer)) return false;
        }

        // A local, and elements by reference: what goes through an out parameter or an index is written to the stack and read again.
        var at = index = TakePlace();
        var key = PackedKey.Pack(price, at);
        _places[at].Position = Count;
        _keys[Count++] = key;
        _rows[at].Set(offer);
        ref var id = ref _ids[at];
        id = offer.Id;
        _lastSlots[at] = checked((int)offer.LastSlot.Value);
        if (offer.Terms is not null)
        {
            _terms[at] = offer.Terms;
            _hasTerms = true;
        }

        Units += offer.Free;
        if (key < _best) (_best, _isBestKnown) = (key, true);
        return true;
    }

    /// <summary>Takes an offer out.</summary>
    public void Remove(int index)
    {
        Unkey(index);
        Release(index);
    }

    /// <summary>Changes the units that may still trade.</summary>
    public void SetFree(int index, int free)
    {
        Units += free - _rows[index].Free;
        _rows[index].Free = free;
    }

    /// <summary>Takes units that traded. Where none are left the offer stays until <see cref="RemoveSpent"/>: which fills use an offer up nobody can predict, so no branch is taken on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than are free.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Spend(int index, int units)
    {
        ref var row = ref _rows[index];
        var left = row.Free - units;
        if (left < 0) throw TooMany(units, row.Free);
        row.Free = left;
        Units -= units;
        // Just above the free places, where it will be one of them.
        _freed[_freedCount + _spentCount] = index;
        _spentCount += left == 0 ? 1 : 0;
    }

    /// <summary>Takes out what <see cref="Spend"/> used up.</summary>
    public void RemoveSpent()
    {
        for (; _spentCount > 0; _spentCount--) Remove(_freed[_freedCount]);
    }

    /// <summary>Drops everything that ends before the slot; the slot never goes back.</summary>
    /// <param name="onEnded">Told where each lay, before it goes; null where nobody has to know.</param>
    public void Prune(Slot current, Action<int>? onEnded = null)
    {
        if (current.Value <= _pruned) return;
        _pruned = current.Value;
        var slots = _lastSlots.AsSpan(0, _used);
        var bound = (int)Math.Clamp(current.Value, int.MinValue, Never);
        for (var index = SlotScan.IndexBelow(slots, bound, 0); index >= 0; index = SlotScan.IndexBelow(slots, bound, index + 1))
        {
            onEnded?.Invoke(index);
            Remove(index);
        }
    }

    /// <summary>Where an offer lies that ends before the slot; -1 for nowhere.</summary>
    public int IndexOfEnded(Slot current) => SlotScan.IndexBelow(_lastSlots.AsSpan(0, _used), (int)Math.Clamp(current.Value, int.MinValue, Never), 0);

    /// <summary>Takes an offer's key out; the last one takes its place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Unkey(int index)
    {
        var position = _places[index].Position;
        if (index == PackedKey.IndexOf(_best)) _isBestKnown = false;
        var last = _keys[--Count];
        _keys[position] = last;
        _places[PackedKey.IndexOf(last)].Position = position;
        if (Count == 0) (_best, _isBestKnown) = (ulong.MaxValue, true);
        // With room again, what is worse than the worst has a place.
        if (Count < Depth) _worstPrice = NoThreshold;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int TakePlace()
    {
        if (_freedCount > 0) return _freed[--_freedCount];
        if (_used == _keys.Length) Grow();
        return _used++;
    }

    /// <summary>Gives a place back whose offer has no key any more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Release(int index)
    {
        Units -= _rows[index].Free;
        // Plain offers alone leave no reference behind, and clearing one costs a miss and the collector's barrier.
        if (_hasTerms) _terms[index] = null;
        ref var place = ref _places[index];
        (place.Position, place.Generation) = (-1, place.Generation + 1);
        _lastSlots[index] = Never;
        _freed[_freedCount++] = index;
    }

    /// <summary>Units that an offer does not have.</summary>
    public static ArgumentOutOfRangeException TooMany(int units, int free) => new(nameof(units), units, $"Only {free} units are free.");

    private void Grow()
    {
        var capacity = (int)Math.Min(_most, Math.Max(Smallest, GrowsBy * (long)_keys.Length));
        Array.Resize(ref _keys, capacity);
        Array.Resize(ref _rows, capacity);
        Array.Resize(ref _ids, capacity);
        Array.Resize(ref _terms, capacity);
        Array.Resize(ref _places, capacity);
        Array.Resize(ref _lastSlots, capacity);
        Array.Resize(ref _freed, capacity);
        _scratch = new ulong[capacity];
    }
}
