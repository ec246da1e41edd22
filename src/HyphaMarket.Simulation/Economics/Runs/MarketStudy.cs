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
        var outcomes = Work.RunSeeds(settings, options.FirstSeed, options.Seeds, options.Parallel, setting => (long)setting.Population.Buyers * setting.Slots, (setting, seed) =>
        {
            var outcome = TradingRun.Run(setting, seed, stop);
            // Only the first seed's prices are drawn; all of them would be most of the memory.
            return (outcome.Tally, Path: seed == options.FirstSeed ? outcome.Path : null);
        }, progress, stop);
        return [.. settings.Zip(outcomes, (setting, own) => MarketRow.Of(setting, options.FirstSeed, [.. own.Select(outcome => outcome.Tally)], own[0].Path!))];
    }
}
