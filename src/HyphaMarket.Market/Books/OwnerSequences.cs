using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>The kept offers of one owner by sequence.</summary>
internal sealed class OwnerSequences(ParticipantId owner)
{
    /// <summary>Ascending, and beside each the offers that have it, by id, as a chain; more than one are twins. Owners count up, so what comes goes to the end.</summary>
    private readonly List<ulong> _sequences = [];
    private readonly List<StoredOffer> _firsts = [];
    private Slot _expired = new(long.MinValue);

    public ParticipantId Owner { get; } = owner;

    /// <summary>Offers, twins too.</summary>
    public int Count { get; private set; }

    /// <summary>What they offer or want together, whatever became of it.</summary>
    public long Units { get; private set; }

    public void Add(StoredOffer stored)
    {
        var sequence = stored.Offer.Sequence;
        (Count, Units) = (Count + 1, Units + stored.Offer.Quantity);
        var index = IndexOf(sequence);
        if (index < 0)
        {
            _sequences.Insert(~index, sequence);
            _firsts.Insert(~index, stored);
            return;
        }

        var first = _firsts[index];
        if (stored.Offer.Id < first.Offer.Id)
        {
            stored.NextTwin = first;
            _firsts[index] = stored;
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
        var index = IndexOf(sequence);
        var first = _firsts[index];
        if (first == stored)
        {
            if (stored.NextTwin is { } next)
            {
                _firsts[index] = next;
            }
            else
            {
                _sequences.RemoveAt(index);
                _firsts.RemoveAt(index);
            }
        }
        else
        {
            var before = first;
            while (before.NextTwin != stored) before = before.NextTwin!;
            before.NextTwin = stored.NextTwin;
        }

        stored.NextTwin = null;
    }

    /// <summary>Takes out all that ended before the slot, by one walk over all: one by one, each would move all behind it. The slot never goes back.</summary>
    /// <returns>False where that was done before.</returns>
    public bool Expire(Slot current)
    {
        if (current <= _expired) return false;
        _expired = current;
        var kept = 0;
        for (var i = 0; i < _firsts.Count; i++)
        {
            if (Expire(_firsts[i], current) is not { } first) continue;
            (_sequences[kept], _firsts[kept]) = (_sequences[i], first);
            kept++;
        }

        _sequences.RemoveRange(kept, _sequences.Count - kept);
        _firsts.RemoveRange(kept, _firsts.Count - kept);
        return true;
    }

    /// <summary>The offers with this sequence, as a chain by id; null for none.</summary>
    public StoredOffer? FirstOf(ulong sequence) => IndexOf(sequence) is >= 0 and var index ? _firsts[index] : null;

    public bool IsEligible(Offer offer, int highest)
    {
        var index = IndexOf(offer.Sequence);
        return index >= _firsts.Count - highest && _firsts[index].Offer.Id == offer.Id;
    }

    /// <summary>The same, counting only offers that have not ended before the slot: what ended is forgotten by some sooner than by others.</summary>
    public bool IsEligible(Offer offer, int highest, Slot at)
    {
        // The usual case: all there are is among the highest.
        if (_firsts.Count <= highest) return FirstAt(_firsts[IndexOf(offer.Sequence)], at)?.Id == offer.Id;
        var seen = 0;
        for (var i = _firsts.Count - 1; i >= 0 && seen < highest; i--)
        {
            if (FirstAt(_firsts[i], at) is not { } first) continue;
            if (first.Sequence == offer.Sequence) return first.Id == offer.Id;
            seen++;
        }

        return false;
    }

    /// <summary>By sequence, then id.</summary>
    public IEnumerable<StoredOffer> All()
    {
        foreach (var first in _firsts)
        {
            for (var twin = first; twin is not null; twin = twin.NextTwin) yield return twin;
        }
    }

    /// <summary>Where a sequence is; where it is not, the complement of where it would be.</summary>
    private int IndexOf(ulong sequence) => _sequences.Count > 0 && sequence <= _sequences[^1] ? _sequences.BinarySearch(sequence) : ~_sequences.Count;

    /// <returns>What is left of a chain; null for nothing.</returns>
    private StoredOffer? Expire(StoredOffer first, Slot current)
    {
        StoredOffer? left = null, last = null;
        for (StoredOffer? twin = first, next; twin is not null; twin = next)
        {
            (next, twin.NextTwin) = (twin.NextTwin, null);
            if (twin.Offer.LastSlot < current)
            {
                (Count, Units) = (Count - 1, Units - twin.Offer.Quantity);
                continue;
            }

            if (last is null) left = twin;
            else last.NextTwin = twin;
            last = twin;
        }

        return left;
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
