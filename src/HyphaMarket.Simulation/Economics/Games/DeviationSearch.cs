using HyphaMarket.Market.Offers;
using HyphaMarket.Simulation.Economics.Measures;
using HyphaMarket.Simulation.Economics.Populations;
using HyphaMarket.Simulation.Economics.Runs;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Economics.Games;

/// <summary>Tries for one trader after the other what it would have gained by other offers, with the market cleared anew for each.</summary>
/// <remarks>In a period of several slots it tries patience: the shaded price until the last slot, then the truth.</remarks>
public static class DeviationSearch
{
    /// <summary>One row for each rule and size.</summary>
    /// <param name="progress">Told the share that is done, 0 to 1; from any thread.</param>
    /// <exception cref="ArgumentException">The options cannot be run.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<DeviationRow> Run(DeviationOptions options, Action<double>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        MarketSetting[] settings = [.. options.Settings()];
        var tried = Work.RunSeeds(settings, options.FirstSeed, options.Seeds, options.Parallel, setting => (long)setting.Population.Buyers * setting.Slots * DeviatorsOf(setting, options), (setting, seed) => Try(setting, seed, options, stop), progress, stop);
        return [.. settings.Zip(tried, (setting, own) => RowOf(setting, options, own))];
    }

    private static int DeviatorsOf(MarketSetting setting, DeviationOptions options) => Math.Min(options.Deviators, setting.Population.Buyers + setting.Population.Sellers);

    private static Tried Try(MarketSetting setting, int seed, DeviationOptions options, CancellationToken stop)
    {
        var population = Population.Draw(setting.Population, Seeds.Random(seed, SeedPurpose.Values));
        var limits = population.LimitsIn(0, 1);
        var market = setting.CreateMarket(seed);
        var strategies = new Strategy[population.Count];
        Array.Fill(strategies, new Shading(0));
        long GainOf(int trader, Strategy strategy)
        {
            var own = strategies[trader];
            strategies[trader] = strategy;
            var gain = new TradingRun(setting, population, market, strategies, seed).Run(0, stop).Gains[trader];
            strategies[trader] = own;
            return gain;
        }

        int[] all = [.. Enumerable.Range(0, population.Count)];
        Seeds.Random(seed, SeedPurpose.Samples).Shuffle(all);
        var equilibrium = Equilibrium.Of(limits, population.Buyers);
        var truth = new TradingRun(setting, population, market, strategies, seed).Run(0, stop).Gains;
        var (truthful, most, knowing, blind) = (0L, 0L, 0L, new long[DeviationOptions.Shades.Count]);
        foreach (var trader in all.Take(DeviatorsOf(setting, options)))
        {
            var best = 0L;
            for (var i = 0; i < blind.Length; i++)
            {
                var gain = GainOf(trader, new TrialQuote(Shaded(population.SideOf(trader), limits[trader], setting.Population.CeilingMicros, DeviationOptions.Shades[i]), setting.Slots)) - truth[trader];
                blind[i] += gain;
                best = Math.Max(best, gain);
            }

            truthful += truth[trader];
            knowing += best;
            most = Math.Max(most, best);
        }

        return new Tried(equilibrium.Volume == 0 ? null : (double)equilibrium.Surplus / equilibrium.Volume, truthful, most, knowing, blind);
    }

    /// <summary>As <see cref="Shading"/> shades, but beyond the limit too.</summary>
    private static long Shaded(Side side, long limit, long ceiling, double shade) =>
        Math.Max(1, (long)(side == Side.Bid ? limit * (1 - shade) : limit + (shade * (ceiling - limit))));

    private static DeviationRow RowOf(MarketSetting setting, DeviationOptions options, Tried[] seeds)
    {
        // What is gained is compared with what the truth gains over all seeds: single small markets may have nothing to gain at all.
        var truthful = seeds.Average(seed => (double)seed.Truthful);
        double? Relative(double gain) => truthful == 0 ? null : gain / truthful;
        var means = DeviationOptions.Shades.Select((_, i) => seeds.Average(seed => (double)seed.Blind[i])).ToArray();
        // Where several pay the same, the one nearest to the truth.
        var best = Enumerable.Range(0, means.Length).OrderByDescending(i => means[i]).ThenBy(i => Math.Abs(DeviationOptions.Shades[i])).First();
        return new DeviationRow
        {
            Rule = setting.Rule.Name,
            Traders = setting.Population.Buyers,
            SlotsPerPeriod = setting.SlotsPerPeriod,
            FirstSeed = options.FirstSeed,
            Seeds = options.Seeds,
            Deviators = DeviatorsOf(setting, options),
            MostGain = Estimate.Of(seeds.Select(seed => seed.MeanTrade is { } trade ? seed.Most / trade : (double?)null)),
            KnowingGain = Estimate.Of(seeds.Select(seed => Relative(seed.Knowing))),
            BlindShade = DeviationOptions.Shades[best],
            BlindGain = Estimate.Of(seeds.Select(seed => Relative(seed.Blind[best]))),
        };
    }

    /// <param name="MeanTrade">The mean surplus of an efficient trade; null where nothing could trade.</param>
    /// <param name="Truthful">What the deviators gain by the truth, together.</param>
    /// <param name="Most">The most that one of them gains more by another offer.</param>
    /// <param name="Knowing">What they gain more together, each by its best offer alone.</param>
    /// <param name="Blind">What they gain more together, by shade.</param>
    private sealed record Tried(double? MeanTrade, long Truthful, long Most, long Knowing, long[] Blind);
}
