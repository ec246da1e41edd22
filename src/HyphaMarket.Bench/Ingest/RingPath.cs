using System.Diagnostics;
using System.Threading.Channels;
using HyphaMarket.Node.Intake;

namespace HyphaMarket.Bench.Ingest;

/// <summary>Words handed from threads to one other thread: by rings, one for each producer, and by the channel of the class library that all share.</summary>
/// <param name="producers">Threads that hand over.</param>
/// <param name="words">By all producers together, in one sample.</param>
internal sealed class RingPath(int producers, int words)
{
    private const int Capacity = 16_384, Batch = 512;

    /// <summary>Million words a second.</summary>
    public double Rings()
    {
        var rings = Enumerable.Range(0, producers).Select(_ => new SpscRing<long>(Capacity)).ToArray();
        return Rate(
            (producer, count) =>
            {
                for (var i = 0L; i < count; i++)
                {
                    while (!rings[producer].TryPublish(i)) Thread.Yield();
                }
            },
            count =>
            {
                var (batch, sum, taken) = (new long[Batch], 0L, 0);
                while (taken < count)
                {
                    var before = taken;
                    foreach (var ring in rings)
                    {
                        var got = ring.Take(batch);
                        foreach (var word in batch.AsSpan(0, got)) sum += word;
                        taken += got;
                    }

                    if (taken == before) Thread.Yield();
                }

                return sum;
            });
    }

    /// <summary>The same by a bounded channel, used as well as it can be: written and read without waiting where there is room.</summary>
    public double Channel()
    {
        var channel = System.Threading.Channels.Channel.CreateBounded<long>(new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = producers == 1 });
        return Rate(
            (_, count) =>
            {
                for (var i = 0L; i < count; i++)
                {
                    while (!channel.Writer.TryWrite(i)) Thread.Yield();
                }
            },
            count =>
            {
                var (sum, taken) = (0L, 0);
                while (taken < count)
                {
                    if (!channel.Reader.TryRead(out var word))
                    {
                        Thread.Yield();
                        continue;
                    }

                    sum += word;
                    taken++;
                }

                return sum;
            });
    }

    private double Rate(Action<int, int> produce, Func<int, long> take)
    {
        var each = words / producers;
        using var begin = new ManualResetEventSlim();
        var threads = Enumerable.Range(0, producers).Select(number => new Thread(() =>
        {
            begin.Wait();
            produce(number, each);
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        var start = Stopwatch.GetTimestamp();
        begin.Set();
        var sum = take(each * producers);
        var elapsed = Stopwatch.GetElapsedTime(start);
        foreach (var thread in threads) thread.Join();
        if (sum != (long)each * (each - 1) / 2 * producers) throw new InvalidOperationException("Words were lost.");
        return each * producers / elapsed.TotalMicroseconds;
    }
}
