using System.Globalization;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Simulation.Runs;

namespace HyphaMarket.Mutants.Tests;

/// <summary>What runs inside a <see cref="MutantWorld"/>; only strings and numbers leave it.</summary>
public static class MutantRun
{
    /// <summary>Short and dense: three minutes of faults and a recovery of two, eight traders, who meet each other often.</summary>
    internal static RunOptions Options { get; } = new()
    {
        Market = new SimulatedMarketOptions { Traders = 8 },
        Faults = TimeSpan.FromMinutes(3),
        Recovery = TimeSpan.FromMinutes(2),
    };

    public static string[]? FirstViolation(int firstSeed, int seeds)
    {
        for (var seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            if (SimulationRun.Run(seed, Options).Violations is [var first, ..]) return [seed.ToString(CultureInfo.InvariantCulture), first.Invariant, first.Detail];
        }

        return null;
    }
}
