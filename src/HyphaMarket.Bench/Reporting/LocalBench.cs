using System.Diagnostics;

namespace HyphaMarket.Bench.Reporting;

/// <summary>Takes measures in this process. The implementations take turns within a round, so that a busy minute of the machine falls on all of them.</summary>
public static class LocalBench
{
    /// <summary>The name of this program in a report.</summary>
    public const string Ours = "hypha";

    /// <param name="warmUp">How long each implementation of a measure runs before its samples are taken; it is taken once at least.</param>
    /// <param name="rounds">Samples of each measure; at least 1.</param>
    /// <param name="only">Only measures whose name contains this, whatever the case; null for all.</param>
    /// <param name="progress">Told before each sample of each round.</param>
    /// <exception cref="NoSuchMeasureException">Nothing is called so.</exception>
    /// <exception cref="OperationCanceledException">Stopped between two samples.</exception>
    public static BenchReport Run(IEnumerable<LocalMeasure> measures, TimeSpan warmUp, int rounds, string? only, Action<string>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(measures);
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var machine = Machine.Describe();
        var reports = new List<MeasureReport>();
        foreach (var measure in NamedMeasures.Of([.. measures], measure => measure.Name, only))
        {
            var samples = measure.Takes.Keys.ToDictionary(name => name, _ => new List<double>());
            foreach (var (name, take) in measure.Takes)
            {
                progress?.Invoke($"warming up: {measure.Name}, {name}");
                WarmUp(take, warmUp, stop);
            }

            for (var round = 1; round <= rounds; round++)
            {
                foreach (var (name, take) in measure.Takes)
                {
                    stop.ThrowIfCancellationRequested();
                    progress?.Invoke($"round {round} of {rounds}: {measure.Name}, {name}");
                    samples[name].Add(take());
                }
            }

            reports.Add(MeasureReport.Of(measure.Name, measure.Unit, samples.ToDictionary(entry => entry.Key, entry => new Figure(entry.Value)), Ours, measure.Targets));
        }

        return new BenchReport(machine, rounds, reports, []);
    }

    /// <summary>What the first samples would pay for compiling is none of a long run's cost; the runtime compiles for good what ran often, after a tenth of a second.</summary>
    private static void WarmUp(Func<double> take, TimeSpan time, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        do
        {
            stop.ThrowIfCancellationRequested();
            take();
        }
        while (Stopwatch.GetElapsedTime(start) < time);
    }
}
