using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>Which places end with which slot: one list for each slot of the wheel, so that pruning touches what ended and nothing else.</summary>
/// <remarks>
/// The lists are links inside an array beside the book's. An offer that ends more than a turn ahead lies in the list of an earlier slot and
/// is passed over when that one is pruned.
/// </remarks>
internal sealed class SlotWheel
{
    /// <summary>More than twice the 300 slots that an offer may start ahead and as many that it may last: with defaults none is passed over.</summary>
    private const int Slots = 1024;

    private readonly int[] _heads = new int[Slots];
    private Link[] _links = [];
    private long? _pruned;

    public SlotWheel() => Array.Fill(_heads, -1);

    private struct Link
    {
        public long LastSlot;
        public int Previous;
        public int Next;
    }

    /// <summary>Whether an offer that ends with this slot was too late for the last pruning.</summary>
    public bool HasPassed(Slot last) => last.Value < _pruned;

    public void Grow(int capacity) => Array.Resize(ref _links, capacity);

    public void Add(int index, Slot last)
    {
        ref var head = ref _heads[last.Value & (Slots - 1)];
        _links[index] = new Link { LastSlot = last.Value, Previous = -1, Next = head };
        if (head >= 0) _links[head].Previous = index;
        head = index;
    }

    public void Remove(int index)
    {
        var link = _links[index];
        if (link.Previous >= 0) _links[link.Previous].Next = link.Next;
        else _heads[link.LastSlot & (Slots - 1)] = link.Next;
        if (link.Next >= 0) _links[link.Next].Previous = link.Previous;
    }

    /// <summary>Hands over everything that ends before the slot; the slot never goes back.</summary>
    /// <param name="onEnded">Removes it, from here too.</param>
    public void Prune<TState>(Slot current, TState state, Action<TState, int> onEnded)
    {
        if (_pruned >= current.Value) return;
        // After one whole turn every list has been looked at.
        var first = _pruned is { } pruned && current.Value - pruned < Slots ? pruned : current.Value - Slots;
        _pruned = current.Value;
        for (var slot = first; slot < current.Value; slot++)
        {
            for (var index = _heads[slot & (Slots - 1)]; index >= 0;)
            {
                var link = _links[index];
                if (link.LastSlot < current.Value) onEnded(state, index);
                index = link.Next;
            }
        }
    }
}
