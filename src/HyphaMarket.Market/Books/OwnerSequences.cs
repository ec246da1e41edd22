using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>The kept offers of one owner by sequence.</summary>
internal sealed class OwnerSequences(ParticipantId owner)
{
    /// <summary>Sequence to its offers by id, as a chain; more than one are twins.</summary>
    private readonly SortedList<ulong, StoredOffer> _bySequence = [];

    public ParticipantId Owner { get; } = owner;

    /// <summary>Offers, twins too.</summary>
    public int Count { get; private set; }

    /// <summary>What they offer or want together, whatever became of it.</summary>
    public long Units { get; private set; }

    public void Add(StoredOffer stored)
    {
        var sequence = stored.Offer.Sequence;
        (Count, Units) = (Count + 1, Units + stored.Offer.Quantity);
        if (!_bySequence.TryGetValue(sequence, out var first))
        {
            _bySequence.Add(sequence, stored);
            return;
        }

        if (stored.Offer.Id < first.Offer.Id)
        {
            stored.NextTwin = first;
            _bySequence[sequence] = stored;
            return;
        }

        var before = first;
        while (before.NextTwin is { } next && next.Offer.Id < stored.Offer.Id) before = next;
        (stored.NextTwin, before.NextTwin) = (before.NextTwin, stored);
    }

    public void Remove(StoredOffer stored)
    {
        var sequence = stored.Offer.Sequence;
        (Count, Units) = (Count - 1, Units - stored.Offer.Quantity);
        var first = _bySequence[sequence];
        if (first == stored)
        {
            if (stored.NextTwin is { } next) _bySequence[sequence] = next;
            else _bySequence.Remove(sequence);
        }
        else
        {
            var before = first;
            while (before.NextTwin != stored) before = before.NextTwin!;
            before.NextTwin = stored.NextTwin;
        }

        stored.NextTwin = null;
    }

    /// <summary>The offers with this sequence, as a chain by id; null for none.</summary>
    public StoredOffer? FirstOf(ulong sequence) => _bySequence.GetValueOrDefault(sequence);

    public bool IsEligible(Offer offer, int highest)
    {
        var index = _bySequence.IndexOfKey(offer.Sequence);
        return index >= _bySequence.Count - highest && _bySequence.GetValueAtIndex(index).Offer.Id == offer.Id;
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

    /// <summary>By sequence, then id.</summary>
    public IEnumerable<StoredOffer> All()
    {
        foreach (var first in _bySequence.Values)
        {
            for (var twin = first; twin is not null; twin = twin.NextTwin) yield return twin;
        }
    }

    private static Offer? FirstAt(StoredOffer first, Slot at)
    {
        for (var twin = first; twin is not null; twin = twin.NextTwin)
        {
            if (twin.Offer.LastSlot >= at) return twin.Offer;
        }

        return null;
    }
}
