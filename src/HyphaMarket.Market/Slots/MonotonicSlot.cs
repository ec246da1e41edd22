namespace HyphaMarket.Market.Slots;

/// <summary>One node's current slot, which never goes back although its clock may.</summary>
public sealed class MonotonicSlot(SlotSchedule schedule)
{
    /// <summary>The highest slot adopted so far; null before the first <see cref="Advance"/>.</summary>
    public Slot? Current { get; private set; }

    /// <summary>Adopts the slot of this instant when it is later than the current one, and returns the current one.</summary>
    /// <param name="now">My clock.</param>
    /// <param name="fellowMedian">The median of the fellow brokers' clocks at the same moment, or null where there are none.
    /// "A slot more than S ahead of the fellow brokers' median clock is not adopted": a clock that jumps ahead would otherwise
    /// lock this node out of the slots that the others are still in, for as long as they take to catch up.</param>
    public Slot Advance(Instant now, Instant? fellowMedian = null)
    {
        var candidate = schedule.SlotAt(now);
        if (fellowMedian is { } median)
        {
            var limitMs = median.UnixMs > long.MaxValue - schedule.ClockBoundMs ? long.MaxValue : median.UnixMs + schedule.ClockBoundMs;
            var limit = schedule.SlotAt(new Instant(limitMs));
            if (candidate > limit) candidate = limit;
        }

        if (Current is not { } current || candidate > current) Current = candidate;
        return Current.Value;
    }

    /// <summary>Starts from a slot that is known from before a restart, so that a clock set back in between changes nothing.</summary>
    public void Restore(Slot atLeast)
    {
        if (Current is not { } current || atLeast > current) Current = atLeast;
    }
}
