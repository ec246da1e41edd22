using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>The best offers of one side, unsorted, as arrays: one key to compare, and beside it what the offer is.</summary>
/// <remarks>
/// Nothing is sorted until somebody wants rank order, which a market does once in two slots. Bounded lazily: when the arrays are full the best
/// are selected, and the worst of those is the threshold for what comes. Arrays double until the bound and are kept, so in the long run nothing is allocated.
/// </remarks>
internal sealed partial class BookSide
{
    private const int Smallest = 64;

    private readonly int _most;
    private readonly FixedOrder _order;
    private readonly SlotWheel _wheel = new();
    private ulong[] _keys = [];
    private ulong[] _scratch = [];
    private OfferRow[] _rows = [];
    private OfferId[] _ids = [];
    private Offer?[] _terms = [];
    private Place[] _places = [];
    private int _used;
    private int _freed = -1;

    /// <summary>No key is better. Where the best offer went, it is looked for when it is wanted.</summary>
    private ulong _best = ulong.MaxValue;
    private bool _isBestKnown = true;
    private Threshold? _threshold;

    /// <param name="depth">Offers kept; at least 1.</param>
    /// <param name="slack">Offers beyond them that may gather before the worst are dropped; 0 for a caller that makes room itself.</param>
    public BookSide(Side side, int depth, int slack)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(slack);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)depth + slack, (long)PackedKey.IndexMask, nameof(depth));
        (Side, Depth, _most) = (side, depth, depth + slack);
        _order = new FixedOrder(this);
    }

    public Side Side { get; }
    public int Depth { get; }

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
    public bool HasEnded(Slot last) => _wheel.HasPassed(last);

    public int GenerationOf(int index) => _places[index].Generation;

    public bool IsHere(int index, int generation) => (uint)index < (uint)_used && _places[index].Generation == generation && _places[index].Position >= 0;

    /// <summary>Takes an offer in, unless a full side has better ones.</summary>
    /// <param name="index">Where it lies.</param>
    public bool TryAdd(in BookOffer offer, out int index)
    {
        index = -1;
        if (_threshold is not null && !BeatsThreshold(offer)) return false;
        if (Count == _most)
        {
            Bound();
            if (Count == _most || !BeatsThreshold(offer)) return false;
        }

        index = Take();
        var key = PackedKey.Pack(Side, offer.Price, index);
        _places[index].Position = Count;
        _keys[Count++] = key;
        _rows[index] = OfferRow.Of(offer, index);
        _ids[index] = offer.Id;
        // Writing a reference costs the collector's barrier, so plain offers write none.
        if (offer.Terms is not null) _terms[index] = offer.Terms;
        _wheel.Add(index, offer.LastSlot);
        Units += offer.Free;
        if (key < _best) (_best, _isBestKnown) = (key, true);
        return true;
    }

    /// <summary>Takes an offer out.</summary>
    public void Remove(int index)
    {
        var position = _places[index].Position;
        if (_keys[position] == _best) _isBestKnown = false;
        var last = _keys[--Count];
        _keys[position] = last;
        _places[PackedKey.IndexOf(last)].Position = position;
        Release(index);
        if (Count == 0) (_best, _isBestKnown) = (ulong.MaxValue, true);
        // With room again, what is worse than the worst has a place.
        if (Count < Depth) _threshold = null;
    }

    /// <summary>Changes the units that may still trade.</summary>
    public void SetFree(int index, int free)
    {
        Units += free - _rows[index].Free;
        _rows[index].Free = free;
    }

    /// <inheritdoc cref="SlotWheel.Prune"/>
    public void Prune<TState>(Slot current, TState state, Action<TState, int> onEnded) => _wheel.Prune(current, state, onEnded);

    private int Take()
    {
        if (_freed >= 0)
        {
            var index = _freed;
            _freed = _places[index].NextFreed;
            return index;
        }

        if (_used == _keys.Length) Grow();
        return _used++;
    }

    private void Release(int index)
    {
        Units -= _rows[index].Free;
        if (_terms[index] is not null) _terms[index] = null;
        _wheel.Remove(index);
        ref var place = ref _places[index];
        place = new Place { Position = -1, Generation = place.Generation + 1, NextFreed = _freed };
        _freed = index;
    }

    private void Grow()
    {
        var capacity = (int)Math.Min(_most, Math.Max(Smallest, 2L * _keys.Length));
        Array.Resize(ref _keys, capacity);
        Array.Resize(ref _rows, capacity);
        Array.Resize(ref _ids, capacity);
        Array.Resize(ref _terms, capacity);
        Array.Resize(ref _places, capacity);
        _wheel.Grow(capacity);
        _scratch = new ulong[capacity];
    }

    /// <summary>Where an offer's key is, and which of the offers that lay here it is.</summary>
    private struct Place
    {
        /// <summary>Among the keys; -1 where nothing lies here.</summary>
        public int Position;
        public int Generation;
        public int NextFreed;
    }
}
