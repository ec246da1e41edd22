namespace HyphaMarket.Brokerage.Admission;

/// <summary>How much one sender may send: so many records a second, and so many at once after a quiet time.</summary>
/// <remarks>
/// The generic cell rate algorithm: all that is remembered of a sender is one number, the moment at which it will have been quiet long enough. So many
/// threads can share it by compare and exchange, and a sender whose moment has passed can be forgotten without loss. In microseconds, so that rates up
/// to a million a second have a cost of one at least.
/// </remarks>
public readonly record struct CellRate
{
    private readonly long _cost;
    private readonly long _tolerance;

    /// <param name="perSecond">1 to 1,000,000.</param>
    /// <param name="burst">At least 1.</param>
    public CellRate(int perSecond, int burst)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perSecond, 1_000_000);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(burst);
        _cost = 1_000_000 / perSecond;
        _tolerance = _cost * burst;
    }

    /// <summary>Whether a sender with this moment may send now.</summary>
    /// <param name="moment">Of the sender; <see cref="long.MinValue"/> for one never heard of.</param>
    /// <param name="nowMs">The clock, in milliseconds; where it was set back, a sender has to wait no longer than from quiet.</param>
    /// <param name="records">What it wants to send; as many as the burst at most.</param>
    /// <param name="next">The sender's moment where it may.</param>
    /// <param name="retryAfterMs">When to ask again where it may not.</param>
    public bool MaySend(long moment, long nowMs, int records, out long next, out int retryAfterMs)
    {
        var now = nowMs * 1000;
        // A moment further ahead than any burst can bring was noted by another clock.
        var from = moment > now + _tolerance ? now + _tolerance : Math.Max(moment, now);
        next = from + (_cost * records);
        var late = next - (now + _tolerance);
        retryAfterMs = late <= 0 ? 0 : (int)Math.Min(int.MaxValue, (late + 999) / 1000);
        return late <= 0;
    }

    /// <summary>Whether the sender may be forgotten: it has as much to send as one never heard of.</summary>
    public static bool IsQuiet(long moment, long nowMs) => moment <= nowMs * 1000;
}
