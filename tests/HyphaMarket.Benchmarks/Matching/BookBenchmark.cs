using BenchmarkDotNet.Attributes;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Benchmarks.Matching;

/// <summary>Single operations of a book that is as full as a broker keeps it.</summary>
[MemoryDiagnoser]
[Config(typeof(InProcess))]
public class BookBenchmark
{
    private const int Held = 4_096, Operations = 1_024;

    private readonly BookOffer[] _offers = new BookOffer[2 * Held];
    private readonly BookHandle[] _handles = new BookHandle[Operations];
    private OrderBook _book = new(Held);

    [GlobalSetup]
    public void Make()
    {
        var random = new Random(1);
        Span<byte> id = stackalloc byte[Hash256.Size];
        for (var i = 0; i < _offers.Length; i++)
        {
            random.NextBytes(id);
            _offers[i] = new BookOffer
            {
                Id = new OfferId(new Hash256(id)),
                Side = Side.Ask,
                Price = new MicroCredits(random.Next(50_000_000, 150_000_000)),
                Free = 1,
                Owner = i,
                LeaseTermMinutes = 60,
                FirstSlot = new Slot(1),
                LastSlot = new Slot(2 + random.Next(300)),
            };
        }

        _book = new OrderBook(Held);
        foreach (ref readonly var offer in _offers.AsSpan(0, Held - Operations)) _book.Add(offer, out _);
    }

    /// <summary>In and out again, so that the book stays as it is.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public long AddAndCancel()
    {
        for (var i = 0; i < Operations; i++) _book.Add(_offers[Held + i], out _handles[i]);
        for (var i = 0; i < Operations; i++) _book.Cancel(_handles[i]);
        return _book.Version;
    }

    /// <summary>The best price after the best offer went: the one that has to be looked for.</summary>
    [Benchmark]
    public MicroCredits? BestPriceAfterItWent()
    {
        _book.Add(_offers[0] with { Price = new MicroCredits(1) }, out var best);
        _book.Cancel(best);
        return _book.BestPrice(Side.Ask);
    }

    /// <summary>What a reader gets, made anew after a change.</summary>
    [Benchmark]
    public BookQuote Quote()
    {
        _book.Add(_offers[0], out var handle);
        _book.Cancel(handle);
        return _book.Quote();
    }
}
