using System.Collections.Concurrent;

namespace HyphaMarket.Simulation.Reservations;

/// <summary>Table 1: a market for each likeliest availability, beside each other on all cores. What becomes of one does not depend on what runs beside it.</summary>
public static class ReservationStudy
{
    /// <returns>The markets in the order of their peaks in the options.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<MarketHistory> Run(StudyOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var histories = new MarketHistory[options.Peaks.Count];
        var (done, all) = (0L, (long)options.Rounds * options.Peaks.Count);
        var markets = Partitioner.Create(Enumerable.Range(0, options.Peaks.Count), EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(markets, new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = stop }, index =>
        {
            var availability = new Availability(options.Peaks[index]);
            // The stream is the peak itself, so that a market is the same whichever others are asked for.
            var rounds = EvolvingMarket.Run(options, availability, StreamOf(availability), passed => options.Progress?.Invoke(Interlocked.Add(ref done, passed), all), stop);
            histories[index] = new MarketHistory(TableRow.Of(new ReservationTheory(options.Contract, availability), rounds), rounds);
        });
        return histories;
    }

    /// <summary>In millionths: peaks that differ by less have the same draws.</summary>
    internal static int StreamOf(Availability availability) => (int)Math.Round(availability.Peak * 1_000_000);
}
