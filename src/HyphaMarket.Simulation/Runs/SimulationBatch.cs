using System.Collections.Concurrent;

namespace HyphaMarket.Simulation.Runs;

/// <summary>Runs seeds beside each other and adds up. The result of a seed does not depend on what runs beside it.</summary>
public static class SimulationBatch
{
    public static BatchResult Run(BatchOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        var results = new ConcurrentBag<RunResult>();
        var processor = Environment.CpuUsage.TotalTime;
        Parallel.ForEach(Enumerable.Range(options.FirstSeed, options.Seeds), new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = stop }, seed =>
        {
            results.Add(SimulationRun.Run(seed, options.Run));
            options.Progress?.Invoke(results.Count, options.Seeds);
        });
        var events = results.Sum(result => result.Events);
        return new BatchResult(
            options.FirstSeed,
            options.Seeds,
            options.Seeds * (options.Run.Faults + options.Run.Recovery).TotalHours,
            events,
            events / Math.Max(0.001, (Environment.CpuUsage.TotalTime - processor).TotalSeconds),
            results.Sum(result => result.MatchSlots),
            results.Sum(result => result.Certified),
            results.Sum(result => result.Leases),
            results.Sum(result => result.Messages),
            results.Sum(result => result.Bytes),
            [.. results.SelectMany(result => result.Violations).OrderBy(violation => violation.Seed)]);
    }
}
