using System.Threading.Channels;

namespace HyphaMarket.Libp2p.Tests.Identify;

/// <summary>A clock that stands still. Its timers fire when a test fires them, each known by how long it was to wait: no test has to guess how far to turn a clock.</summary>
internal sealed class HandTurnedTime : TimeProvider
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    private readonly Channel<Timer> _made = Channel.CreateUnbounded<Timer>();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => s_now;

    public override long GetTimestamp() => 0;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(callback, state, dueTime);
        _made.Writer.TryWrite(timer);
        return timer;
    }

    /// <summary>Waits until a timer of one of these lengths has been set, fires it and tells its length. Timers of other lengths that came before are passed over, and never fire.</summary>
    public async Task<TimeSpan> FireAsync(CancellationToken cancellationToken, params TimeSpan[] lengths)
    {
        while (true)
        {
            var timer = await _made.Reader.ReadAsync(cancellationToken);
            if (!lengths.Contains(timer.Length)) continue;
            timer.Fire();
            return timer.Length;
        }
    }

    private sealed class Timer(TimerCallback callback, object? state, TimeSpan length) : ITimer
    {
        private int _gone;

        public TimeSpan Length => length;

        public void Fire()
        {
            if (Interlocked.Exchange(ref _gone, 1) == 0) callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => Interlocked.Exchange(ref _gone, 1);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
