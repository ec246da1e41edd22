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

    private readonly Planned?[] _first = new Planned?[Span];
    private readonly Planned?[] _last = new Planned?[Span];
    private readonly PriorityQueue<Planned, (long At, long Order)> _far = new();
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
        if (at >= _now + Span) _far.Enqueue(what, (at, _order++));
        else Append(at, what);
    }

    /// <summary>Takes the next thing that is planned up to an instant; false where there is none.</summary>
    public bool TryTake(long until, out long at, [NotNullWhen(true)] out Planned? what)
    {
        (at, what) = (0, null);
        while (_first[_now & (Span - 1)] is null)
        {
            if (_now >= until) return false;
            // With nothing near, the way to the next thing is not worth walking.
            Advance(_near > 0 ? _now + 1 : Math.Min(until, _far.TryPeek(out _, out var next) ? Math.Max(_now + 1, next.At) : until));
        }

        if (_now > until) return false;
        var slot = _now & (Span - 1);
        what = _first[slot]!;
        // What has happened is kept by nobody.
        if ((_first[slot] = what.Next) is null) _last[slot] = null;
        (what.Next, what.IsPlanned) = (null, false);
        _near--;
        at = _now;
        return true;
    }

    private void Advance(long to)
    {
        _now = to;
        while (_far.TryPeek(out _, out var next) && next.At < _now + Span) Append(next.At, _far.Dequeue());
    }

    private void Append(long at, Planned what)
    {
        var slot = at & (Span - 1);
        if (_last[slot] is { } last) last.Next = what;
        else _first[slot] = what;
        _last[slot] = what;
        _near++;
    }
}
