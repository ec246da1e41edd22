using System.Diagnostics.CodeAnalysis;

namespace HyphaMarket.Simulation.World;

/// <summary>What is to happen at which millisecond; of the same millisecond, in the order in which it was planned.</summary>
/// <remarks>
/// A timing wheel (Varghese and Lauck 1987): one list for each of the next <see cref="Span"/> milliseconds, so planning and taking cost the same however much
/// waits. What lies further ahead waits in a heap until the wheel comes near.
/// </remarks>
internal sealed class TimingWheel
{
    /// <summary>Slots, messages and timeouts of the simulation lie within eight seconds; a power of two.</summary>
    private const int Span = 8_192;

    private readonly int[] _first = new int[Span];
    private readonly int[] _last = new int[Span];
    private readonly PriorityQueue<Planned, (long At, long Order)> _far = new();
    private (Planned? What, int Next)[] _entries = new (Planned?, int)[1_024];
    private int _used = 1;
    private int _free;
    private int _near;
    private long _order;
    private long _now;

    /// <summary>Plans something.</summary>
    /// <param name="at">Milliseconds; what lies in the past happens at once.</param>
    public void Add(long at, Planned what)
    {
        at = Math.Max(at, _now);
        if (at >= _now + Span) _far.Enqueue(what, (at, _order++));
        else Append(at, what);
    }

    /// <summary>Takes the next thing that is planned up to an instant; false where there is none.</summary>
    public bool TryTake(long until, out long at, [NotNullWhen(true)] out Planned? what)
    {
        (at, what) = (0, null);
        while (_first[_now % Span] == 0)
        {
            if (_now >= until) return false;
            // With nothing near, the way to the next thing is not worth walking.
            Advance(_near > 0 ? _now + 1 : Math.Min(until, _far.TryPeek(out _, out var next) ? Math.Max(_now + 1, next.At) : until));
        }

        if (_now > until) return false;
        var index = _first[_now % Span];
        (what, var following) = _entries[index];
        _first[_now % Span] = following;
        _entries[index] = (null, _free);
        _free = index;
        _near--;
        at = _now;
        return what is not null;
    }

    private void Advance(long to)
    {
        _now = to;
        while (_far.TryPeek(out _, out var next) && next.At < _now + Span) Append(next.At, _far.Dequeue());
    }

    private void Append(long at, Planned what)
    {
        var index = _free;
        if (index != 0) _free = _entries[index].Next;
        else
        {
            if (_used == _entries.Length) Array.Resize(ref _entries, 2 * _used);
            index = _used++;
        }

        _entries[index] = (what, 0);
        var slot = at % Span;
        if (_first[slot] == 0) _first[slot] = index;
        else _entries[_last[slot]].Next = index;
        _last[slot] = index;
        _near++;
    }
}
