using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>Which places end with which slot: one list for each slot of the wheel, so that pruning touches what ended and nothing else.</summary>
/// <remarks>
/// The lists are links in the book's own array of places. An offer that ends more than a turn ahead lies in the list of an earlier slot and is
/// passed over when that one is pruned.
/// </remarks>
internal sealed class SlotWheel
{
    /// <summary>More than the 300 slots that an offer may start ahead and the 300 that it may last: with defaults none is passed over.</summary>
    private const int Slots = 1024;

    private readonly int[] _heads = new int[Slots];
    private long? _pruned;

    public SlotWheel() => Array.Fill(_heads, -1);

    /// <summary>Whether an offer that ends with this slot was too late for the last pruning.</summary>
    public bool HasPassed(Slot last) => last.Value < _pruned;

    public void Add(Place[] places, int index, long last)
    {
        ref var head = ref _heads[last & (Slots - 1)];
        ref var place = ref places[index];
        (place.LastSlot, place.Previous, place.Next) = (last, -1, head);
        if (head >= 0) places[head].Previous = index;
        head = index;
    }

    public void Remove(Place[] places, int index)
    {
        ref readonly var place = ref places[index];
        if (place.Previous >= 0) places[place.Previous].Next = place.Next;
        else _heads[place.LastSlot & (Slots - 1)] = place.Next;
        if (place.Next >= 0) places[place.Next].Previous = place.Previous;
    }

    /// <summary>Begins a pruning.</summary>
    /// <returns>The first slot whose list has to be looked at, up to the one before <paramref name="current"/>; none where the slot went back.</returns>
    public long Advance(Slot current)
    {
        if (_pruned >= current.Value) return current.Value;
        // After one whole turn every list has been looked at.
        var first = _pruned is { } pruned && current.Value - pruned < Slots ? pruned : current.Value - Slots;
        _pruned = current.Value;
        return first;
    }

    /// <summary>Empties a slot's list.</summary>
    /// <returns>Its first place, from which the others follow, or -1.</returns>
    public int TakeAll(long slot)
    {
        ref var head = ref _heads[slot & (Slots - 1)];
        var first = head;
        head = -1;
        return first;
    }
}
