using System.Diagnostics;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Money;
using HyphaMarket.Node.Intake;

namespace HyphaMarket.Bench.Ingest;

/// <summary>Reading the best prices while another thread publishes a million pictures a second: by a swapped reference, and under a lock.</summary>
internal sealed class PublishedQuote(int reads)
{
    private const int WritesPerSecond = 1_000_000;

    private readonly Published<BookQuote> _published = new(BookQuote.Empty);
    private readonly Lock _lock = new();
    private BookQuote _locked = BookQuote.Empty;

    /// <summary>Nanoseconds a read.</summary>
    public double Nanoseconds() => WhileWritten(_published.Publish, () =>
    {
        var sum = 0L;
        for (var i = 0; i < reads; i++) sum += _published.Latest.Version;
        return sum;
    });

    /// <summary>The same of a field under a lock.</summary>
    public double LockedNanoseconds() => WhileWritten(
        quote =>
        {
            lock (_lock) _locked = quote;
        },
        () =>
        {
            var sum = 0L;
            for (var i = 0; i < reads; i++)
            {
                lock (_lock) sum += _locked.Version;
            }

            return sum;
        });

    private double WhileWritten(Action<BookQuote> write, Func<long> read)
    {
        var isDone = false;
        using var writing = new ManualResetEventSlim();
        var writer = new Thread(() =>
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 1; !Volatile.Read(ref isDone); i++)
            {
                write(new BookQuote(i, new MicroCredits(i), new MicroCredits(i + 1), 1, 1, 1, 1));
                if (i == 1_000) writing.Set();
                while (Stopwatch.GetElapsedTime(start).TotalSeconds * WritesPerSecond < i && !Volatile.Read(ref isDone)) Thread.SpinWait(1);
            }
        });
        writer.Start();
        writing.Wait();
        var begin = Stopwatch.GetTimestamp();
        var seen = read();
        var elapsed = Stopwatch.GetElapsedTime(begin);
        Volatile.Write(ref isDone, true);
        writer.Join();
        return seen > 0 ? elapsed.TotalNanoseconds / reads : throw new InvalidOperationException("Nothing was seen.");
    }
}
