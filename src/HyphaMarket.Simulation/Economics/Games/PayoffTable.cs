using HyphaMarket.Simulation.Economics.Populations;
using HyphaMarket.Simulation.Economics.Runs;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Economics.Games;

/// <summary>A heuristic payoff table: what a trader gains by each strategy against every mix of the others in fifths, measured by simulation.</summary>
/// <remarks>
/// The deviation-preserving reduction of Wiedenbeck and Wellman (2012): one trader of the full market chooses, and the others are five groups that play
/// alike, so that a market of many has a table of few entries and its incentives are still those of one trader. All entries see the same populations and the
/// same trader, so they differ by strategy and not by luck.
/// </remarks>
public sealed class PayoffTable
{
    /// <summary>Groups of the others.</summary>
    public const int Groups = 5;

    private readonly double[][] _payoffs;

    private PayoffTable(int strategies, IReadOnlyList<int[]> mixes, double[][] payoffs) => (Strategies, Mixes, _payoffs) = (strategies, mixes, payoffs);

    public int Strategies { get; }

    /// <summary>How many groups play which strategy: all ways to spread <see cref="Groups"/> over the strategies.</summary>
    public IReadOnlyList<int[]> Mixes { get; }

    /// <summary>The mean gain of a trader, over what it would gain if all surplus were shared evenly.</summary>
    /// <param name="mix">The index of the others' mix.</param>
    public double Payoff(int strategy, int mix) => _payoffs[mix][strategy];

    /// <summary>A table from given payoffs.</summary>
    /// <param name="payoff">By strategy and the others' mix.</param>
    public static PayoffTable Of(int strategies, Func<int, int[], double> payoff)
    {
        ArgumentNullException.ThrowIfNull(payoff);
        var mixes = MixesOf(strategies);
        return new PayoffTable(strategies, mixes, [.. mixes.Select(mix => Enumerable.Range(0, strategies).Select(strategy => payoff(strategy, mix)).ToArray())]);
    }

    /// <summary>Measures the table of a market.</summary>
    /// <param name="draws">Populations for each entry.</param>
    internal static PayoffTable Measure(MarketSetting setting, IReadOnlyList<StrategyName> strategies, int firstSeed, int draws, int parallel, Action<double>? progress, CancellationToken stop)
    {
        var mixes = MixesOf(strategies.Count);
        var payoffs = Work.Run([.. mixes], parallel, _ => 1, mix => Enumerable.Range(0, strategies.Count).Select(strategy => PayoffOf(setting, strategies, strategy, mix, firstSeed, draws, stop)).ToArray(), progress, stop);
        return new PayoffTable(strategies.Count, mixes, payoffs);
    }

    private static double PayoffOf(MarketSetting setting, IReadOnlyList<StrategyName> strategies, int chosen, int[] mix, int firstSeed, int draws, CancellationToken stop)
    {
        int[] playedBy = [.. mix.SelectMany((groups, strategy) => Enumerable.Repeat(strategy, groups))];
        var (gained, fair) = (0.0, 0.0);
        for (var seed = firstSeed; seed < firstSeed + draws; seed++)
        {
            var population = Population.Draw(setting.Population, Seeds.Random(seed, SeedPurpose.Values));
            var samples = Seeds.Random(seed, SeedPurpose.Samples);
            // Buyers and sellers in turn, drawn from their side.
            var trader = seed % 2 == 0 ? samples.Next(population.Buyers) : population.Buyers + samples.Next(population.Sellers);
            var chance = Seeds.Random(seed, SeedPurpose.Strategies);
            var played = new Strategy[population.Count];
            Assign(0, population.Buyers);
            Assign(population.Buyers, population.Sellers);
            // Strategies that learn have learned by the second half.
            var learned = setting.Periods / 2;
            var outcome = new TradingRun(setting, population, setting.CreateMarket(seed), played, seed).Run(learned, stop);
            gained += outcome.Gains[trader];
            fair += (double)outcome.Late.PossibleSurplus / population.Count;

            // Each side's others are spread over the groups as evenly as they can be.
            void Assign(int first, int count)
            {
                int[] others = [.. Enumerable.Range(first, count).Where(other => other != trader)];
                samples.Shuffle(others);
                for (var i = 0; i < others.Length; i++) played[others[i]] = strategies[playedBy[i * Groups / others.Length]].Create(population.SideOf(others[i]), chance);
                if (trader >= first && trader < first + count) played[trader] = strategies[chosen].Create(population.SideOf(trader), chance);
            }
        }

        return gained / fair;
    }

    private static List<int[]> MixesOf(int strategies)
    {
        var mixes = new List<int[]>();
        var mix = new int[strategies];
        void Spread(int strategy, int left)
        {
            if (strategy == strategies - 1)
            {
                mix[strategy] = left;
                mixes.Add([.. mix]);
                return;
            }

            for (var groups = left; groups >= 0; groups--)
            {
                mix[strategy] = groups;
                Spread(strategy + 1, left - groups);
            }
        }

        Spread(0, Groups);
        return mixes;
    }
}
