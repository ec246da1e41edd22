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
        (BrokerSetting Setting, int Seed)[] runs = [.. from setting in settings from seed in Enumerable.Range(options.FirstSeed, options.Seeds) select (setting, seed)];
        var outcomes = Work.Run(runs, options.Parallel, run => (long)run.Setting.Traders * run.Setting.Slots, run => BrokerRun.Run(run.Setting, run.Seed, stop), progress, stop);
        return [.. settings.Select((setting, i) => RowOf(setting, options, outcomes[(i * options.Seeds)..((i + 1) * options.Seeds)]))];
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
