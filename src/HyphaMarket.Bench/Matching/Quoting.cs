using System.Diagnostics;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Bench.Matching;

/// <summary>Reading the quote of a book while another thread writes a million offers a second into it and publishes after each.</summary>
internal sealed class Quoting : IDisposable
{
    private const int Reads = 50_000_000, LockedReads = 5_000_000, WritesPerSecond = 1_000_000;

    private readonly OrderBook _book = new(512);
    private readonly SortedSetBook _plain = new(512);
    private readonly Lock _lock = new();
    private readonly BookOffer[] _offers = new BookOffer[65_536];
    private readonly ManualResetEventSlim _writing = new();
    private BookQuote _published = BookQuote.Empty;
    private volatile bool _stop;

    public Quoting() => new OfferStream(5).Fill(_offers, new Slot(1));

    /// <summary>Nanoseconds a read of the published quote.</summary>
    public double Nanoseconds() => WhileWritten(
        offer =>
        {
            _book.Add(offer, out _);
            Volatile.Write(ref _published, _book.Quote());
        },
        () =>
        {
            var seen = 0L;
            for (var i = 0; i < Reads; i++)
            {
                var quote = Volatile.Read(ref _published);
                seen += quote.Bids + quote.Asks;
            }

            return seen;
        }) / Reads;

    /// <summary>Nanoseconds a read of a sorted set's size under the lock that its writer takes.</summary>
    public double LockedNanoseconds() => WhileWritten(
        offer =>
        {
            lock (_lock) _plain.Add(offer);
        },
        () =>
        {
            var seen = 0L;
            for (var i = 0; i < LockedReads; i++)
            {
                lock (_lock) seen += _plain.Count;
            }

            return seen;
        }) / LockedReads;

    public void Dispose() => _writing.Dispose();

    private double WhileWritten(Action<BookOffer> write, Func<long> read)
    {
        _stop = false;
        _writing.Reset();
        var writer = new Thread(() =>
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; !_stop; i++)
            {
                write(_offers[i % _offers.Length]);
                if (i == 1_000) _writing.Set();
                while (Stopwatch.GetElapsedTime(start).TotalSeconds * WritesPerSecond < i && !_stop) Thread.SpinWait(1);
            }
        });
        writer.Start();
        _writing.Wait();
        var begin = Stopwatch.GetTimestamp();
        var seen = read();
        var elapsed = Stopwatch.GetElapsedTime(begin);
        _stop = true;
        writer.Join();
        return seen > 0 ? elapsed.TotalNanoseconds : throw new InvalidOperationException("Nothing was seen.");
    }
}
