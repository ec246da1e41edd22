using System.Diagnostics;
using HyphaMarket.Node.Intake;

namespace HyphaMarket.Bench.Ingest;

/// <summary>A market's loop that stands still for 200 ms while a verifier goes on publishing, a million a second: the ring fills, and what does not fit is refused.</summary>
internal sealed class StalledLoop(int divisor)
{
    private readonly TimeSpan _stall = TimeSpan.FromMilliseconds(200);
    private readonly int _attempts = 400_000 / divisor;

    /// <summary>The 99.9th percentile of the time of one attempt to publish, in microseconds: before, during and after the stall.</summary>
    public double PublishMicroseconds()
    {
        var ring = new SpscRing<long>(65_536);
        var (isDone, taken) = (false, 0L);
        var loop = new Thread(() =>
        {
            Thread.Sleep(_stall);
            var batch = new long[512];
            while (!Volatile.Read(ref isDone) || ring.Count > 0)
            {
                var got = ring.Take(batch);
                taken += got;
                if (got == 0) Thread.Yield();
            }
        });
        loop.Start();
        var times = new long[_attempts];
        var (start, refused) = (Stopwatch.GetTimestamp(), 0L);
        for (var i = 0; i < times.Length; i++)
        {
            while (Stopwatch.GetElapsedTime(start).TotalMicroseconds < i) Thread.SpinWait(1);
            var before = Stopwatch.GetTimestamp();
            if (!ring.TryPublish(i)) refused++;
            times[i] = Stopwatch.GetTimestamp() - before;
        }

        Volatile.Write(ref isDone, true);
        loop.Join();
        if (taken + refused != times.Length) throw new InvalidOperationException("Words were lost.");
        Array.Sort(times);
        return times[times.Length * 999 / 1000] * 1e6 / Stopwatch.Frequency;
    }
}
