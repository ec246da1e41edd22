using System.Globalization;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Simulation.Runs;

namespace HyphaMarket.Mutants.Tests;

/// <summary>What runs inside a <see cref="MutantWorld"/>; only strings and numbers leave it.</summary>
public static class MutantRun
{
    public static string[]? FirstViolation(string scene, int firstSeed, int seeds)
    {
        var options = OptionsOf(Enum.Parse<MutantScene>(scene));
        for (var seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            if (SimulationRun.Run(seed, options).Violations is [var first, ..]) return [seed.ToString(CultureInfo.InvariantCulture), first.Invariant, first.Detail];
        }

        return null;
    }

    /// <summary>Short and dense: few traders, who meet each other often.</summary>
    private static RunOptions OptionsOf(MutantScene scene) => scene switch
    {
        MutantScene.ChangingSets => new()
        {
            Market = new SimulatedMarketOptions
            {
                Brokers = 4,
                Spares = 2,
                Traders = 8,
                Epochs = new EpochOptions { SettleMs = 3_000, RetryMs = 1_000, StaggerMs = 1_000, AttemptMs = 6_000, EpochMs = 20_000, SeenMs = 20_000, TermMs = 60_000, WatchMs = 2_000 },
            },
            Faults = TimeSpan.FromMinutes(6),
            Recovery = TimeSpan.FromMinutes(2),
        },
        _ => new() { Market = new SimulatedMarketOptions { Traders = 8 }, Faults = TimeSpan.FromMinutes(3), Recovery = TimeSpan.FromMinutes(2) },
    };
}
