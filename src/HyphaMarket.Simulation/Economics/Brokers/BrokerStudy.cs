using HyphaMarket.Simulation.Economics.Measures;
using HyphaMarket.Simulation.Economics.Runs;

namespace HyphaMarket.Simulation.Economics.Brokers;

/// <summary>Compares what traders gain through real brokers, under loss and lies, with what the bare rule gives.</summary>
public static class BrokerStudy
{
    /// <summary>One row for each rule, size, loss and number of faulty brokers.</summary>
    /// <param name="progress">Told the share that is done, 0 to 1; from any thread.</param>
    /// <exception cref="ArgumentException">The options cannot be run.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<BrokerRow> Run(BrokerStudyOptions options, Action<double>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        BrokerSetting[] settings = [.. options.Settings()];
        var outcomes = Work.RunSeeds(settings, options.FirstSeed, options.Seeds, options.Parallel, setting => (long)setting.Traders * setting.Slots, (setting, seed) => BrokerRun.Run(setting, seed, stop), progress, stop);
        return [.. settings.Zip(outcomes, (setting, own) => RowOf(setting, options, own))];
    }

    private static BrokerRow RowOf(BrokerSetting setting, BrokerStudyOptions options, BrokerOutcome[] seeds) => new()
    {
        Rule = setting.Rule.Name,
        Traders = setting.Traders,
        Loss = setting.Loss,
        Faulty = setting.Faulty,
        SlotsPerPeriod = setting.Slots,
        Periods = setting.Periods,
        FirstSeed = options.FirstSeed,
        Seeds = options.Seeds,
        Efficiency = Estimate.Of(seeds.Select(seed => seed.Through.Efficiency)),
        BareEfficiency = Estimate.Of(seeds.Select(seed => seed.Bare.Efficiency)),
        Lost = Estimate.Of(seeds.Select(seed => seed.Bare.Efficiency - seed.Through.Efficiency)),
        Volume = Estimate.Of(seeds.Select(seed => seed.Through.VolumeRatio)),
        SlotsWithoutCertificate = Estimate.Of(seeds.Select(seed => (double?)(1 - ((double)seed.CertifiedSlots / seed.MatchSlots)))),
        Trades = seeds.Sum(seed => seed.Through.Trades),
    };
}
