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

    private readonly List[] _lists = new List[Span];
    private readonly PriorityQueue<Planned, (long At, long Order)> _far = new();

    /// <summary>When the first of what lies far ahead happens.</summary>
    private long _farAt = long.MaxValue;
    private int _near;
    private long _order;
    private long _now;

    /// <summary>Plans something.</summary>
    /// <param name="at">Milliseconds; what lies in the past happens at once.</param>
    /// <param name="what">Itself a link of its millisecond's list; while it waits it may be planned again, and happens twice.</param>
    public void Add(long at, Planned what)
    {
        if (what.IsPlanned) what = new PlannedAgain(what);
        what.IsPlanned = true;
        at = Math.Max(at, _now);
        if (at < _now + Span)
        {
            Append(at, what);
            return;
        }

        _far.Enqueue(what, (at, _order++));
        _farAt = Math.Min(_farAt, at);
    }

    /// <summary>Takes the next thing that is planned up to an instant; false where there is none.</summary>
    public bool TryTake(long until, out long at, [NotNullWhen(true)] out Planned? what)
    {
        (at, what) = (0, null);
        while (_lists[_now & (Span - 1)].First is null)
        {
            if (_now >= until) return false;
            // With nothing near, the way to the next thing is not worth walking.
            Advance(_near > 0 ? _now + 1 : Math.Min(until, Math.Max(_now + 1, _farAt)));
        }

        if (_now > until) return false;
        ref var list = ref _lists[_now & (Span - 1)];
        what = list.First!;
        // What has happened is kept by nobody.
        if ((list.First = what.Next) is null) list.Last = null;
        (what.Next, what.IsPlanned) = (null, false);
        _near--;
        at = _now;
        return true;
    }

    private void Advance(long to)
    {
        _now = to;
        while (_farAt < _now + Span)
        {
            Append(_farAt, _far.Dequeue());
            _farAt = _far.TryPeek(out _, out var next) ? next.At : long.MaxValue;
        }
    }

    private void Append(long at, Planned what)
    {
        ref var list = ref _lists[at & (Span - 1)];
        if (list.Last is { } last) last.Next = what;
        else list.First = what;
        list.Last = what;
        _near++;
    }

    /// <summary>What is to happen in one millisecond, linked.</summary>
    private struct List
    {
        public Planned? First;
        public Planned? Last;
    }
}
