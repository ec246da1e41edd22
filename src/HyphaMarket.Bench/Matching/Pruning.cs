using System.Diagnostics;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Bench.Matching;

/// <summary>A tenth of a large book ends with one slot.</summary>
internal sealed class Pruning(int offers)
{
    private const int Lives = 10;

    private readonly Slot _slot = new(1_000);

    /// <summary>Milliseconds.</summary>
    public double Milliseconds()
    {
        var book = new OrderBook(offers / 2 + 1, 1);
        foreach (var offer in Offers()) book.Add(offer, out _);
        book.Prune(_slot);
        return Time(() => book.Prune(_slot.Plus(2)));
    }

    /// <summary>The same of sorted sets.</summary>
    public double PlainMilliseconds()
    {
        var book = new SortedSetBook(offers / 2 + 1);
        foreach (var offer in Offers()) book.Add(offer);
        return Time(() => book.Prune(_slot.Plus(2)));
    }

    private IEnumerable<BookOffer> Offers()
    {
        var stream = new OfferStream(3);
        var random = new Random(4);
        for (var i = 0; i < offers; i++) yield return stream.Next(i % 2 == 0 ? Side.Bid : Side.Ask, _slot, 1 + random.Next(Lives));
    }

    private double Time(Func<int> prune)
    {
        var start = Stopwatch.GetTimestamp();
        var pruned = prune();
        var elapsed = Stopwatch.GetElapsedTime(start);
        if (Math.Abs(pruned - offers / Lives) > offers / 100) throw new InvalidOperationException($"{pruned} of {offers} offers were pruned.");
        return elapsed.TotalMilliseconds;
    }
}
