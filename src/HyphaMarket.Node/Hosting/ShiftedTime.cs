namespace HyphaMarket.Node.Hosting;

/// <summary>A clock that is ahead of another by a fixed time; its timers run as the other's do.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private readonly TimeProvider _inner;
    private readonly TimeSpan _ahead;

    private ShiftedTime(TimeProvider inner, TimeSpan ahead) => (_inner, _ahead) = (inner, ahead);

    public override long TimestampFrequency => _inner.TimestampFrequency;
    public override TimeZoneInfo LocalTimeZone => _inner.LocalTimeZone;

    /// <summary>The clock itself where there is nothing to shift.</summary>
    public static TimeProvider Of(TimeProvider inner, TimeSpan ahead) => ahead == TimeSpan.Zero ? inner : new ShiftedTime(inner, ahead);

    public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow() + _ahead;
    public override long GetTimestamp() => _inner.GetTimestamp();
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _inner.CreateTimer(callback, state, dueTime, period);
}
