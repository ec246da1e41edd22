using System.Diagnostics;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Bench.Matching;

/// <summary>What a broker's book does all day: it collects offers into bounded sides, and in each slot prunes, matches and takes out what traded.</summary>
/// <param name="depth">Offers kept a side.</param>
/// <param name="perSlot">Offers that come in a slot, half of them bids.</param>
/// <param name="slots">Slots of one sample.</param>
internal sealed class Collecting(int depth, int perSlot, int slots)
{
    private readonly OrderBook _book = new(depth);
    private readonly SortedSetBook _plain = new(depth);
    private readonly SlotMatcher _matcher = new();
    private readonly BookOffer[] _offers = new BookOffer[perSlot];
    private readonly OfferStream _stream = new(1), _plainStream = new(1);
    private long _slot = 1, _plainSlot = 1;

    /// <summary>Nanoseconds an offer, everything that the slots cost included.</summary>
    public double Nanoseconds() => Run(out _);

    /// <summary>Bytes allocated for an offer.</summary>
    public double Bytes()
    {
        Run(out var bytes);
        return bytes;
    }

    /// <summary>The same of a sorted set.</summary>
    public double PlainNanoseconds()
    {
        var elapsed = TimeSpan.Zero;
        for (var i = 0; i < slots; i++)
        {
            var slot = new Slot(_plainSlot++);
            _plainStream.Fill(_offers, slot);
            var start = Stopwatch.GetTimestamp();
            foreach (ref readonly var offer in _offers.AsSpan()) _plain.Add(offer);
            _plain.Prune(slot);
            _plain.Match();
            _plain.Apply();
            elapsed += Stopwatch.GetElapsedTime(start);
        }

        return elapsed.TotalNanoseconds / ((double)slots * perSlot);
    }

    private double Run(out double bytes)
    {
        var elapsed = TimeSpan.Zero;
        var allocated = 0L;
        for (var i = 0; i < slots; i++)
        {
            var slot = new Slot(_slot++);
            // Offers are made before the clock runs: in a daemon they come from a ring that somebody else fills.
            _stream.Fill(_offers, slot);
            var root = Hash256.Of(BitConverter.GetBytes(slot.Value));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            foreach (ref readonly var offer in _offers.AsSpan()) _book.Add(offer, out _);
            _book.Prune(slot);
            _book.Apply(_matcher.Match(ClearingRules.PairwiseMean, _book, slot, root));
            elapsed += Stopwatch.GetElapsedTime(start);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        bytes = allocated / ((double)slots * perSlot);
        return elapsed.TotalNanoseconds / ((double)slots * perSlot);
    }
}
