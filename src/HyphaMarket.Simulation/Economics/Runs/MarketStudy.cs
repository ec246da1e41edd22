namespace HyphaMarket.Simulation.Economics.Runs;

/// <summary>Compares markets: each with the same seeds, so with the same valuations and costs.</summary>
public static class MarketStudy
{
    /// <summary>One row for each market, in the order of <see cref="MarketStudyOptions.Settings"/>.</summary>
    /// <param name="progress">Told the share that is done, 0 to 1; from any thread.</param>
    /// <exception cref="ArgumentException">The options cannot be run.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<MarketRow> Run(MarketStudyOptions options, Action<double>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        MarketSetting[] settings = [.. options.Settings()];
        (MarketSetting Setting, int Seed)[] runs = [.. from setting in settings from seed in Enumerable.Range(options.FirstSeed, options.Seeds) select (setting, seed)];
        var outcomes = Work.Run(runs, options.Parallel, run => (long)run.Setting.Population.Buyers * run.Setting.Slots, run =>
        {
            var outcome = TradingRun.Run(run.Setting, run.Seed, stop);
            // Only the first seed's prices are drawn; all of them would be most of the memory.
            return (outcome.Tally, Path: run.Seed == options.FirstSeed ? outcome.Path : null);
        }, progress, stop);
        return [.. settings.Select((setting, i) =>
        {
            var own = outcomes.AsSpan(i * options.Seeds, options.Seeds).ToArray();
            return MarketRow.Of(setting, options.FirstSeed, [.. own.Select(outcome => outcome.Tally)], own[0].Path!);
        })];
    }
}
