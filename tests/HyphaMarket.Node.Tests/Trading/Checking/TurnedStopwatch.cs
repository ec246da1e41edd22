namespace HyphaMarket.Node.Tests.Trading.Checking;

/// <summary>The real time of day, with a stopwatch that only a test turns: pauses are over when it says so.</summary>
internal sealed class TurnedStopwatch : TimeProvider
{
    private long _ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
