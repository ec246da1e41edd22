using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>The kept offers of one owner by sequence.</summary>
internal sealed class OwnerSequences
{
    /// <summary>Sequence to its offers by id; more than one are twins.</summary>
    private readonly SortedList<ulong, List<Offer>> _bySequence = [];

    public bool IsEmpty => _bySequence.Count == 0;

    public void Add(Offer offer)
    {
        if (!_bySequence.TryGetValue(offer.Sequence, out var twins)) _bySequence.Add(offer.Sequence, twins = []);
        twins.Insert(~twins.BinarySearch(offer, ById.Instance), offer);
    }

    public void Remove(Offer offer)
    {
        var twins = _bySequence[offer.Sequence];
        twins.Remove(offer);
        if (twins.Count == 0) _bySequence.Remove(offer.Sequence);
    }

    public bool IsEligible(Offer offer, int highest)
    {
        var index = _bySequence.IndexOfKey(offer.Sequence);
        return index >= _bySequence.Count - highest && _bySequence.GetValueAtIndex(index)[0].Id == offer.Id;
    }

    /// <summary>The same, counting only offers that have not ended before the slot: what ended is forgotten by some sooner than by others.</summary>
    public bool IsEligible(Offer offer, int highest, Slot at)
    {
        // The usual case: all there are is among the highest.
        if (_bySequence.Count <= highest) return FirstAt(_bySequence[offer.Sequence], at)?.Id == offer.Id;
        var seen = 0;
        for (var i = _bySequence.Count - 1; i >= 0 && seen < highest; i--)
        {
            if (FirstAt(_bySequence.GetValueAtIndex(i), at) is not { } first) continue;
            if (first.Sequence == offer.Sequence) return first.Id == offer.Id;
            seen++;
        }

        return false;
    }

    private static Offer? FirstAt(List<Offer> twins, Slot at)
    {
        foreach (var twin in twins)
        {
            if (twin.LastSlot >= at) return twin;
        }

        return null;
    }

    public IReadOnlyList<Offer> All()
    {
        var all = new List<Offer>(_bySequence.Count);
        foreach (var twins in _bySequence.Values) all.AddRange(twins);
        return all;
    }

    public IReadOnlyList<Offer> At(ulong sequence) => _bySequence.TryGetValue(sequence, out var twins) ? [.. twins] : [];

    private sealed class ById : IComparer<Offer>
    {
        public static readonly ById Instance = new();

        public int Compare(Offer? x, Offer? y) => x!.Id.CompareTo(y!.Id);
    }
}
