using System.Globalization;
using HyphaMarket.Bench.Reporting;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Bench.Matching;

/// <summary>The book and the batch beside the book that one writes first, a sorted set a side.</summary>
public static class MatchingBench
{
    /// <summary>The yardstick's name in the report.</summary>
    public const string Plain = "SortedSet";

    /// <summary>Offers kept a side by default: R = 4 m.</summary>
    private const int Depth = 4_096;

    /// <summary>Offers a side of a slot's input by default: m/2.</summary>
    private const int SideDepth = 512;

    /// <exception cref="OperationCanceledException">Stopped between two samples.</exception>
    public static BenchReport Run(MatchingBenchOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using var quoting = new Quoting();
        return LocalBench.Run([.. Inserts(options), .. Slots(options), .. Prunes(options), .. Terms(), Quotes(quoting)], options.WarmUp, options.Rounds, options.Only, options.Progress, stop);
    }

    private static IEnumerable<LocalMeasure> Inserts(MatchingBenchOptions options)
    {
        var collecting = new Collecting(Depth, 20_000, Math.Max(1, 20 / options.Divisor));
        var crowding = new Crowding(Depth, 4 * Depth + 1_000_000 / options.Divisor);
        return
        [
            Of($"bounded insert, slots included, {Depth} kept a side", "ns", [new(null, false, 40)], collecting.Nanoseconds, collecting.PlainNanoseconds),
            Of("the same as a rate", "million/s", [new(Plain, true, 15)], () => 1_000 / collecting.Nanoseconds(), () => 1_000 / collecting.PlainNanoseconds()),
            Of("allocated by an insert, slots included", "B", [new(null, false, 0)], collecting.Bytes),
            Of("insert into a full side, each better than all before", "ns", [], crowding.BetterNanoseconds, crowding.PlainBetterNanoseconds),
            Of("insert into a full side, each worse than all before", "ns", [], crowding.WorseNanoseconds, crowding.PlainWorseNanoseconds),
        ];
    }

    private static IEnumerable<LocalMeasure> Slots(MatchingBenchOptions options)
    {
        (int PerSide, double Wanted)[] sizes = [(1_000, 20), (10_000, 0), (100_000, 2_500), (1_000_000, 35_000)];
        foreach (var (perSide, wanted) in sizes)
        {
            // A small book is matched again and again for one sample, so that the clock's own grain does not show.
            var slot = new OneSlot(Math.Max(100, perSide / options.Divisor), Math.Clamp(32_000 / perSide, 1, 32), Math.Max(1, 1_000_000 / perSide));
            yield return Of(string.Create(CultureInfo.InvariantCulture, $"slot of {perSide:N0} offers a side"), "us", wanted > 0 ? [new(null, false, wanted)] : [], slot.Microseconds, slot.PlainMicroseconds);
        }

        var tied = new OneSlot(100_000 / options.Divisor, 1, 10, ticks: 1_000);
        yield return Of("slot of 100,000 offers a side at 1,000 prices, a hash for each", "us", [], tied.Microseconds, tied.PlainMicroseconds);
    }

    private static IEnumerable<LocalMeasure> Prunes(MatchingBenchOptions options)
    {
        var pruning = new Pruning(1_000_000 / options.Divisor);
        return [Of("prune 10 % of 1,000,000", "ms", [new(null, false, 10)], pruning.Milliseconds, pruning.PlainMilliseconds)];
    }

    private static IEnumerable<LocalMeasure> Terms()
    {
        (string What, IClearingRule Rule, Func<Offer, int, Offer> Change)[] kinds =
        [
            ("plain", ClearingRules.PairwiseMean, Matching.Terms.Plain),
            ("all tied", ClearingRules.PairwiseMean, Matching.Terms.Tied),
            ("minimum fills", ClearingRules.PairwiseMean, Matching.Terms.MinimumFill),
            ("groups", ClearingRules.PairwiseMean, Matching.Terms.Grouped),
            ("distinct owners", ClearingRules.PairwiseMean, Matching.Terms.Distinct),
            ("constraints", ClearingRules.PairwiseMean, Matching.Terms.Constrained),
            ("the most constraints", ClearingRules.PairwiseMean, Matching.Terms.MostConstrained),
            ("uniform", ClearingRules.Uniform, Matching.Terms.Plain),
            ("mcafee", ClearingRules.McAfee, Matching.Terms.Single),
        ];
        foreach (var (what, rule, change) in kinds)
        {
            var terms = new Lazy<Terms>(() => new Terms(rule, SideDepth, change));
            yield return Of($"input of {SideDepth} a side, {what}", "us", [], () => terms.Value.Microseconds());
        }
    }

    private static LocalMeasure Quotes(Quoting quoting) =>
        Of("quote while written at 1 million/s", "ns", [new(null, false, 2)], quoting.Nanoseconds, quoting.LockedNanoseconds);

    private static LocalMeasure Of(string name, string unit, IReadOnlyList<Target> targets, Func<double> ours, Func<double>? plain = null)
    {
        var takes = new Dictionary<string, Func<double>> { [LocalBench.Ours] = ours };
        if (plain is not null) takes.Add(Plain, plain);
        return new LocalMeasure(name, unit, takes, targets);
    }
}
