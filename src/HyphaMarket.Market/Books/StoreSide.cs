using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>One side of a store: the arrays that rank and bound it, and beside them what a place is taken by.</summary>
internal sealed class StoreSide(Side side, int depth)
{
    // No slack: a store says at once who fell out, because its owner is told and its record leaves the replica.
    private readonly BookSide _book = new(side, depth, 0);
    private StoredOffer?[] _stored = [];
    private StoredOffer[]? _sorted;
    private Offer[]? _offers;

    /// <summary>By where an offer lies, its place in the fixed order, from 1.</summary>
    private int[] _ranks = [];

    /// <summary>Whether the book's sorted keys and the ranks are as of now; one that comes or goes makes both wrong.</summary>
    private bool _isSorted;
    private bool _isRanked;

    public bool HasEnded(Slot last) => _book.HasEnded(last);

    /// <summary>The worst of a full side, or null where there is room, if only that of an offer that has ended.</summary>
    public StoredOffer? WorstAt(Slot current) => _book.WorstOfFull() is >= 0 and var index && _book.IndexOfEnded(current) < 0 ? _stored[index] : null;

    /// <summary>The keys of all in the fixed order, the best first, for a walk over the best of them; good until the next change.</summary>
    public ReadOnlySpan<ulong> Keys
    {
        get
        {
            if (_isSorted) return _book.LastSorted;
            _isSorted = true;
            return _book.Sorted();
        }
    }

    /// <summary>All in the fixed order, the best first; never changed once made.</summary>
    public StoredOffer[] Places => _sorted ??= MakePlaces();

    /// <summary>The same, as the offers that they are.</summary>
    public IReadOnlyList<Offer> Offers => _offers ??= Array.ConvertAll(Places, stored => stored.Offer);

    public StoredOffer Of(ulong key) => _stored[PackedKey.IndexOf(key)]!;

    /// <summary>Takes an offer in; the worst of a full side goes for it.</summary>
    /// <param name="current">The slot of now: what ended before it gives its place to what comes.</param>
    /// <param name="evicted">What went.</param>
    /// <returns>False where the side is full of better ones.</returns>
    public bool TryAdd(StoredOffer stored, Slot current, out StoredOffer? evicted)
    {
        evicted = null;
        var values = BookOffer.Of(stored.Offer, owner: 0, stored.Offer.Quantity);
        if (_book.WorstOfFull() is >= 0 and var worst)
        {
            var ended = _book.IndexOfEnded(current);
            // What has ended takes no place from what has not.
            if (ended < 0 && (stored.Offer.LastSlot < current || !_book.BeatsWorst(values))) return false;
            Remove(evicted = _stored[ended >= 0 ? ended : worst]!);
        }

        if (!_book.TryAdd(values, out var index)) throw new InvalidOperationException("A side with room took no offer.");
        if (_stored.Length <= index) Array.Resize(ref _stored, _book.Capacity);
        OnChange();
        stored.Index = index;
        _stored[index] = stored;
        return true;
    }

    /// <summary>The place in the fixed order, from 1.</summary>
    public int RankOf(StoredOffer stored) => _isRanked ? _ranks[stored.Index] : _book.RankOf(stored.Index);

    /// <summary>Ranks all by one sort.</summary>
    public void RankAll()
    {
        if (_isRanked) return;
        if (_ranks.Length < _stored.Length) _ranks = new int[_stored.Length];
        var keys = Keys;
        for (var i = 0; i < keys.Length; i++) _ranks[PackedKey.IndexOf(keys[i])] = i + 1;
        _isRanked = true;
    }

    /// <summary>Drops what ended before the slot.</summary>
    public void Expire(Slot current, List<StoredOffer> ended)
    {
        var before = ended.Count;
        _book.Prune(current, index => ended.Add(_stored[index]!));
        for (var i = before; i < ended.Count; i++) Forget(ended[i]);
    }

    private void Remove(StoredOffer stored)
    {
        _book.Remove(stored.Index);
        Forget(stored);
    }

    private void Forget(StoredOffer stored)
    {
        _stored[stored.Index] = null;
        OnChange();
    }

    private void OnChange() => (_sorted, _offers, _isSorted, _isRanked) = (null, null, false, false);

    private StoredOffer[] MakePlaces()
    {
        var keys = Keys;
        var places = new StoredOffer[keys.Length];
        for (var i = 0; i < places.Length; i++) places[i] = Of(keys[i]);
        return places;
    }
}
