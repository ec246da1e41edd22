using BenchmarkDotNet.Attributes;
using HyphaMarket.Benchmarks.Matching;
using HyphaMarket.Market.Books;
using HyphaMarket.Node.Intake;

namespace HyphaMarket.Benchmarks.Intake;

/// <summary>What an offer's way between threads costs each of them alone, without another thread; two at once: <c>hypha-market bench ingest</c>.</summary>
[MemoryDiagnoser]
[Config(typeof(InProcess))]
public class RingBenchmark
{
    /// <summary>As many as a market's ring holds.</summary>
    private const int Items = 4_096;

    private readonly SpscRing<object> _ring = new(Items);
    private readonly SpscRing<long> _values = new(Items);
    private readonly long[] _taken = new long[Items];
    private readonly object _item = new();
    private readonly Published<BookQuote> _picture = new(BookQuote.Empty);

    /// <summary>Filled and emptied, one by one, by references, which the collector has to hear of.</summary>
    [Benchmark(OperationsPerInvoke = Items)]
    public int PublishAndTakeReferences()
    {
        var taken = 0;
        while (_ring.TryPublish(_item)) taken--;
        while (_ring.TryTake(out _)) taken++;
        return taken;
    }

    /// <summary>The same by values, taken all at once.</summary>
    [Benchmark(OperationsPerInvoke = Items)]
    public int PublishAndTakeValuesAtOnce()
    {
        for (var i = 0L; _values.TryPublish(i); i++)
        {
        }

        return _values.Take(_taken);
    }

    /// <summary>A reader's look at the latest quote.</summary>
    [Benchmark(OperationsPerInvoke = Items)]
    public long ReadAPublishedQuote()
    {
        var seen = 0L;
        for (var i = 0; i < Items; i++) seen += _picture.Latest.Bids;
        return seen;
    }
}
