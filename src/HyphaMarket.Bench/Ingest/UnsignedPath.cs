using System.Diagnostics;
using System.Threading.Channels;
using HyphaMarket.Bench.Matching;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Intake;

namespace HyphaMarket.Bench.Ingest;

/// <summary>Offers as values from one thread over a ring into the book on another, which publishes a quote after each drain: all of the path but the signatures.</summary>
/// <param name="offers">Of one sample.</param>
internal sealed class UnsignedPath(int offers)
{
    private const int Depth = 4_096, Batch = 512, Capacity = 16_384;

    /// <summary>Offers of different prices and sides, handed over again and again: making them is not measured.</summary>
    private readonly BookOffer[] _stream = Fill();

    /// <summary>One for all samples: its arrays have their size after the first.</summary>
    private readonly OrderBook _book = new(Depth);

    /// <summary>Million offers a second.</summary>
    public double Rate() => Run(out _);

    /// <summary>Bytes allocated for an offer by both threads.</summary>
    public double Bytes()
    {
        Run(out var bytes);
        return bytes;
    }

    /// <summary>The same over a bounded channel.</summary>
    public double ChannelRate()
    {
        var channel = Channel.CreateBounded<BookOffer>(new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });
        return Measure(
            offer =>
            {
                while (!channel.Writer.TryWrite(offer)) Thread.Yield();
            },
            batch =>
            {
                var count = 0;
                while (count < batch.Length && channel.Reader.TryRead(out batch[count])) count++;
                return count;
            },
            out _);
    }

    private double Run(out double bytes)
    {
        var ring = new SpscRing<BookOffer>(Capacity);
        return Measure(
            offer =>
            {
                while (!ring.TryPublish(offer)) Thread.Yield();
            },
            batch => ring.Take(batch),
            out bytes);
    }

    private double Measure(Action<BookOffer> publish, Func<BookOffer[], int> take, out double bytes)
    {
        var published = new Published<BookQuote>(BookQuote.Empty);
        var producer = new Thread(() =>
        {
            for (var i = 0; i < offers; i++) publish(_stream[i & (_stream.Length - 1)]);
        });
        var batch = new BookOffer[Batch];
        var before = GC.GetTotalAllocatedBytes(precise: true);
        producer.Start();
        var start = Stopwatch.GetTimestamp();
        var quoted = start;
        for (var taken = 0; taken < offers;)
        {
            var count = take(batch);
            foreach (ref readonly var offer in batch.AsSpan(0, count)) _book.Add(offer, out _);
            taken += count;
            // A drain of a few offers says little that the one before did not: a quote in 100 microseconds is more than anybody reads.
            if (Stopwatch.GetElapsedTime(quoted) is { TotalMicroseconds: > 100 })
            {
                published.Publish(_book.Quote());
                quoted = Stopwatch.GetTimestamp();
            }

            if (count == 0) Thread.Yield();
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        producer.Join();
        bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)offers;
        return offers / elapsed.TotalMicroseconds;
    }

    private static BookOffer[] Fill()
    {
        var offers = new BookOffer[65_536];
        new OfferStream(7).Fill(offers, new Slot(1));
        return offers;
    }
}
