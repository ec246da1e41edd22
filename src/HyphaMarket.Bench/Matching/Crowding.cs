using System.Diagnostics;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Bench.Matching;

/// <summary>A full side under the two floods there are: every offer better than all before, so that each pushes another out, and every offer worse.</summary>
internal sealed class Crowding(int depth, int offers)
{
    private readonly BookOffer[] _offers = Make(offers);

    public double BetterNanoseconds() => Run(new OrderBook(depth), step: -1);

    public double WorseNanoseconds() => Run(new OrderBook(depth), step: 1);

    public double PlainBetterNanoseconds() => RunPlain(new SortedSetBook(depth), step: -1);

    public double PlainWorseNanoseconds() => RunPlain(new SortedSetBook(depth), step: 1);

    private double Run(OrderBook book, int step)
    {
        Price(step);
        foreach (ref readonly var offer in _offers.AsSpan()[..(2 * depth)]) book.Add(offer, out _);
        book.Bound();
        var rest = _offers.AsSpan()[(2 * depth)..];
        var start = Stopwatch.GetTimestamp();
        foreach (ref readonly var offer in rest) book.Add(offer, out _);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / rest.Length;
    }

    private double RunPlain(SortedSetBook book, int step)
    {
        Price(step);
        foreach (ref readonly var offer in _offers.AsSpan()[..(2 * depth)]) book.Add(offer);
        var rest = _offers.AsSpan()[(2 * depth)..];
        var start = Stopwatch.GetTimestamp();
        foreach (ref readonly var offer in rest) book.Add(offer);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / rest.Length;
    }

    private void Price(int step)
    {
        for (var i = 0; i < _offers.Length; i++) _offers[i] = _offers[i] with { Price = new MicroCredits(1_000_000_000L + step * i) };
    }

    private static BookOffer[] Make(int count)
    {
        var (stream, made) = (new OfferStream(2), new BookOffer[count]);
        for (var i = 0; i < count; i++) made[i] = stream.Next(Side.Ask, new Slot(1));
        return made;
    }
}
