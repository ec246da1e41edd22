using System.Numerics;
using System.Runtime.CompilerServices;

namespace HyphaMarket.Node.Intake;

/// <summary>A bounded queue between one thread that publishes and one that takes. Neither ever waits for the other, nor takes a lock.</summary>
/// <remarks>
/// Two counters that only grow say what is in it: items taken up to now, items published up to now. Each is written by one side alone, and each side keeps a
/// copy of the other's and looks again only where the copy says "full" or "empty", so that in a steady flow no cache line travels for an item. The one rule of
/// memory: an item is written before the counter that announces it, and read before the counter that gives its place back (<c>SpscRingModelTests</c> tries every
/// interleaving of these steps, and what happens without the rule).
/// Threads may take turns on a side where something orders their turns, such as a thread pool's queue.
/// </remarks>
public sealed class SpscRing<T>
{
    private readonly T[] _places;
    private readonly int _mask;
    private RingCounters _counters;

    /// <param name="capacity">At least 1; rounded up to a power of two, so that a place is found by a mask.</param>
    public SpscRing(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 30);
        _places = new T[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _places.Length - 1;
    }

    public int Capacity => _places.Length;

    /// <summary>Items in it at some moment of the call.</summary>
    public int Count => (int)(Volatile.Read(ref _counters.Published) - Volatile.Read(ref _counters.Taken));

    /// <summary>The publisher's side: false where it is full.</summary>
    public bool TryPublish(T item)
    {
        var at = _counters.Published;
        if (at - _counters.TakenAsSeen >= _places.Length)
        {
            _counters.TakenAsSeen = Volatile.Read(ref _counters.Taken);
            if (at - _counters.TakenAsSeen >= _places.Length) return false;
        }

        _places[at & _mask] = item;
        Volatile.Write(ref _counters.Published, at + 1);
        return true;
    }

    /// <summary>The taker's side: false where it is empty.</summary>
    public bool TryTake(out T item)
    {
        var at = _counters.Taken;
        if (at == _counters.PublishedAsSeen)
        {
            _counters.PublishedAsSeen = Volatile.Read(ref _counters.Published);
            if (at == _counters.PublishedAsSeen)
            {
                item = default!;
                return false;
            }
        }

        ref var place = ref _places[at & _mask];
        item = place;
        // Else the ring would keep alive what was taken long ago.
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) place = default!;
        Volatile.Write(ref _counters.Taken, at + 1);
        return true;
    }

    /// <summary>The taker's side: takes as many as there are, at most so many as fit.</summary>
    /// <returns>How many were taken.</returns>
    public int Take(Span<T> items)
    {
        var at = _counters.Taken;
        var there = _counters.PublishedAsSeen - at;
        if (there < items.Length) there = (_counters.PublishedAsSeen = Volatile.Read(ref _counters.Published)) - at;
        var count = (int)Math.Min(there, items.Length);
        if (count == 0) return 0;
        var from = (int)(at & _mask);
        var first = Math.Min(count, _places.Length - from);
        Move(_places.AsSpan(from, first), items);
        if (first < count) Move(_places.AsSpan(0, count - first), items[first..]);
        Volatile.Write(ref _counters.Taken, at + count);
        return count;
    }

    private static void Move(Span<T> places, Span<T> items)
    {
        places.CopyTo(items);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) places.Clear();
    }
}
