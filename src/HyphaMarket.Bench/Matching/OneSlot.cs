using System.Diagnostics;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Bench.Matching;

/// <summary>The batch of one slot: so many offers a side, as they lie in the book, are ranked and matched.</summary>
/// <param name="perSide">Offers a side.</param>
/// <param name="books">Books that take turns, so that a small one is not matched from what the processor learnt of it the last time.</param>
/// <param name="repeats">Matches of one sample.</param>
/// <param name="ticks">Prices that occur; null for many.</param>
internal sealed class OneSlot(int perSide, int books, int repeats, int? ticks = null)
{
    private readonly Slot _slot = new(1_001);
    private readonly SlotMatcher _matcher = new();
    private OrderBook[]? _books;
    private SortedSetBook[]? _plain;

    /// <summary>Microseconds a slot.</summary>
    public double Microseconds()
    {
        _books ??= [.. Enumerable.Range(0, books).Select(Fill)];
        var fills = 0L;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < repeats; i++) fills += _matcher.Match(ClearingRules.PairwiseMean, _books[i % books], _slot, new Hash256(new byte[Hash256.Size])).Length;
        var elapsed = Stopwatch.GetElapsedTime(start);
        return fills > 0 ? elapsed.TotalMicroseconds / repeats : throw new InvalidOperationException("Nothing was matched.");
    }

    /// <summary>The same of sorted sets, which have sorted at every insert.</summary>
    public double PlainMicroseconds()
    {
        _plain ??= [.. Enumerable.Range(0, books).Select(FillPlain)];
        var fills = 0L;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < repeats; i++) fills += _plain[i % books].Match();
        var elapsed = Stopwatch.GetElapsedTime(start);
        return fills > 0 ? elapsed.TotalMicroseconds / repeats : throw new InvalidOperationException("Nothing was matched.");
    }

    private OrderBook Fill(int seed)
    {
        var book = new OrderBook(perSide, 1);
        foreach (var offer in Offers(seed)) book.Add(offer, out _);
        return book;
    }

    private SortedSetBook FillPlain(int seed)
    {
        var book = new SortedSetBook(perSide);
        foreach (var offer in Offers(seed)) book.Add(offer);
        return book;
    }

    private IEnumerable<BookOffer> Offers(int seed)
    {
        var stream = ticks is { } few ? new OfferStream(seed, few) : new OfferStream(seed);
        for (var i = 0; i < 2 * perSide; i++) yield return stream.Next(i % 2 == 0 ? Side.Bid : Side.Ask, _slot);
    }
}
