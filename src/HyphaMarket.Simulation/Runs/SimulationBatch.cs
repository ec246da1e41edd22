using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime;
using HyphaMarket.Simulation.World;

namespace HyphaMarket.Simulation.Runs;

/// <summary>Runs seeds beside each other and adds up. The result of a seed does not depend on what runs beside it: each has a world of its own.</summary>
public static class SimulationBatch
{
    /// <exception cref="OperationCanceledException">It was stopped between two seeds.</exception>
    public static BatchResult Run(BatchOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        var results = new RunResult[options.Seeds];
        var done = 0;
        // A collection beside the runs would take a core from them: without, a batch takes a tenth less.
        var latency = GCSettings.LatencyMode;
        GCSettings.LatencyMode = GCLatencyMode.Batch;
        var (processor, clock) = (Environment.CpuUsage.TotalTime, System.Diagnostics.Stopwatch.GetTimestamp());
        // One seed at a time for each core, the next as soon as one is done: seeds differ in length.
        var seeds = Partitioner.Create(Enumerable.Range(0, options.Seeds), EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(seeds, new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = stop }, index =>
            {
                results[index] = SimulationRun.Run(options.FirstSeed + index, options.Run);
                options.Progress?.Invoke(Interlocked.Increment(ref done), options.Seeds);
            });
        }
        finally
        {
            GCSettings.LatencyMode = latency;
        }

        var trace = new Trace(story: null);
        foreach (var result in results) trace.Add((long)result.TraceHash);
        return new BatchResult
        {
            FirstSeed = options.FirstSeed,
            Seeds = options.Seeds,
            SimulatedHours = options.Seeds * (options.Run.Faults + options.Run.Recovery).TotalHours,
            Seconds = System.Diagnostics.Stopwatch.GetElapsedTime(clock).TotalSeconds,
            ProcessorSeconds = (Environment.CpuUsage.TotalTime - processor).TotalSeconds,
            TraceHash = trace.Hash.ToString("x16", CultureInfo.InvariantCulture),
            Events = results.Sum(result => result.Events),
            MatchSlots = results.Sum(result => result.MatchSlots),
            SlotsCertified = results.Sum(result => result.Certified),
            HonestSlots = results.Sum(result => result.HonestSlots),
            HonestSlotsCertified = results.Sum(result => result.HonestCertified),
            Leases = results.Sum(result => result.Leases),
            Messages = results.Sum(result => result.Messages),
            Bytes = results.Sum(result => result.Bytes),
            Broken = [.. results.SelectMany(result => result.Violations)],
        };
    }
}
