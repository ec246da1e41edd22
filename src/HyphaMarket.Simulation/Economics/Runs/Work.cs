using System.Collections.Concurrent;

namespace HyphaMarket.Simulation.Economics.Runs;

/// <summary>Does many independent pieces of work beside each other; the results are in the order of the pieces, so they do not depend on how many cores there are.</summary>
internal static class Work
{
    /// <param name="costOf">The heavy pieces begin first, so that none of them is left alone at the end.</param>
    /// <param name="progress">Told the share of the cost that is done, 0 to 1; from any thread.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static TResult[] Run<T, TResult>(IReadOnlyList<T> pieces, int parallel, Func<T, long> costOf, Func<T, TResult> run, Action<double>? progress, CancellationToken stop)
    {
        var results = new TResult[pieces.Count];
        var all = Math.Max(1, pieces.Sum(costOf));
        var done = 0L;
        int[] order = [.. Enumerable.Range(0, pieces.Count).OrderByDescending(i => costOf(pieces[i]))];
        try
        {
            Parallel.ForEach(Partitioner.Create(order, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = stop }, i =>
            {
                results[i] = run(pieces[i]);
                progress?.Invoke((double)Interlocked.Add(ref done, costOf(pieces[i])) / all);
            });
        }
        catch (AggregateException failures) when (failures.InnerExceptions.All(inner => inner is OperationCanceledException))
        {
            throw new OperationCanceledException(stop);
        }

        return results;
    }

    /// <summary>Runs each setting with each seed; the results by setting, of each in the order of the seeds.</summary>
    /// <inheritdoc cref="Run"/>
    public static TResult[][] RunSeeds<T, TResult>(IReadOnlyList<T> settings, int firstSeed, int seeds, int parallel, Func<T, long> costOf, Func<T, int, TResult> run, Action<double>? progress, CancellationToken stop)
    {
        (T Setting, int Seed)[] runs = [.. from setting in settings from seed in Enumerable.Range(firstSeed, seeds) select (setting, seed)];
        return [.. Run(runs, parallel, one => costOf(one.Setting), one => run(one.Setting, one.Seed), progress, stop).Chunk(seeds)];
    }
}
