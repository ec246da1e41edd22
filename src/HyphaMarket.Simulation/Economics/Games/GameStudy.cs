using HyphaMarket.Simulation.Economics.Measures;
using HyphaMarket.Simulation.Economics.Populations;
using HyphaMarket.Simulation.Economics.Runs;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Economics.Games;

/// <summary>Empirical game analysis: measures a payoff table for each market, and follows where traders who want more would go.</summary>
public static class GameStudy
{
    /// <summary>A share that is not shown.</summary>
    private const double Negligible = 0.01;

    /// <summary>One row for each rule and size.</summary>
    /// <param name="progress">Told the share that is done, 0 to 1; from any thread.</param>
    /// <exception cref="ArgumentException">The options cannot be run.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<GameRow> Run(GameOptions options, Action<double>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        MarketSetting[] settings = [.. options.Settings()];
        return [.. settings.Select((setting, i) => Play(setting, options, done => progress?.Invoke((i + done) / settings.Length), stop))];
    }

    private static GameRow Play(MarketSetting setting, GameOptions options, Action<double> progress, CancellationToken stop)
    {
        var names = options.Strategies;
        var table = PayoffTable.Measure(setting, names, options.FirstSeed, options.Seeds, options.Parallel, progress, stop);
        var (way, wayRests) = IteratedBestResponse.Run(table, 0);
        var (mix, mixRests) = ReplicatorDynamics.Run(table, [.. Enumerable.Repeat(1.0 / names.Count, names.Count)]);
        var payoffs = ReplicatorDynamics.PayoffsAgainst(table, mix);
        var mean = mix.Zip(payoffs, (share, payoff) => share * payoff).Sum();
        double[] alone = [.. Enumerable.Range(0, names.Count).Select(strategy => strategy == way[^1] ? 1.0 : 0)];
        return new GameRow
        {
            Rule = setting.Rule.Name,
            Traders = setting.Population.Buyers,
            SlotsPerPeriod = setting.SlotsPerPeriod,
            FirstSeed = options.FirstSeed,
            Seeds = options.Seeds,
            BestResponses = [.. way.Select(strategy => names[strategy].Text)],
            BestResponsesRest = wayRests,
            Mix = new SortedDictionary<string, double>(names.Select((name, i) => (name.Text, Share: mix[i])).Where(played => played.Share >= Negligible).ToDictionary(played => played.Text, played => played.Share), StringComparer.Ordinal),
            MixRests = mixRests,
            Regret = mean > 0 ? Math.Max(0, (payoffs.Max() / mean) - 1) : 0,
            Efficiency = EfficiencyOf(setting, options, mix, stop),
            BestResponseEfficiency = EfficiencyOf(setting, options, alone, stop),
        };
    }

    private static Estimate EfficiencyOf(MarketSetting setting, GameOptions options, double[] mix, CancellationToken stop)
    {
        int[] seeds = [.. Enumerable.Range(options.FirstSeed, options.Seeds)];
        return Estimate.Of(Work.Run(seeds, options.Parallel, _ => 1, seed =>
        {
            var population = Population.Draw(setting.Population, Seeds.Random(seed, SeedPurpose.Values));
            var (samples, chance) = (Seeds.Random(seed, SeedPurpose.Samples), Seeds.Random(seed, SeedPurpose.Strategies));
            Strategy[] played = [.. Enumerable.Range(0, population.Count).Select(trader => options.Strategies[Draw(mix, samples)].Create(population.SideOf(trader), chance))];
            return new TradingRun(setting, population, setting.CreateMarket(seed), played, seed).Run(setting.Periods / 2, stop).Late.Efficiency;
        }, null, stop));
    }

    private static int Draw(double[] mix, Random random)
    {
        var left = random.NextDouble();
        for (var strategy = 0; strategy < mix.Length - 1; strategy++)
        {
            if ((left -= mix[strategy]) < 0) return strategy;
        }

        return Array.FindLastIndex(mix, share => share > 0);
    }
}
