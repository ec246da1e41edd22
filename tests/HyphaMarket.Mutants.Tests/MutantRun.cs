using System.Globalization;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Simulation.Adversaries;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.Faults;
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

    /// <summary>Short and dense: few traders, who meet each other often. A run ends with the first promise that is broken.</summary>
    private static RunOptions OptionsOf(MutantScene scene) => scene switch
    {
        MutantScene.Market => Of(Eight, 3, 2),
        MutantScene.TwoStories => Calm(new Emphasis { Malicious = Tolerance.SafeBrokers, Brokers = [LieKind.Equivocates] }),
        MutantScene.FalseProposals => Calm(new Emphasis { Malicious = Tolerance.SafeBrokers, Brokers = [LieKind.ProposesFalsely] }),
        MutantScene.ForgedCertificates => Calm(new Emphasis { Malicious = Tolerance.AnyBrokers, Brokers = [LieKind.ForgesCertificates] }),
        MutantScene.PaddedCertificates => Calm(new Emphasis { Malicious = Tolerance.SafeBrokers, Brokers = [LieKind.ForgesCertificates] }),
        MutantScene.ForgedRecords => Calm(new Emphasis { Malicious = Tolerance.SafeBrokers, Brokers = [LieKind.Replays] }),
        MutantScene.BadOffers => Calm(new Emphasis { Malicious = Tolerance.LiveBrokers, Brokers = [LieKind.ForgesEvidence], Traders = LieKind.OffersNonsense }),
        MutantScene.WrongClocks => Of(Eight, 2, 1, new Emphasis { Fault = FaultKind.Clock }),
        MutantScene.SplitHandovers => Of(Changing, 4, 1, new Emphasis { Malicious = Tolerance.LiveBrokers, Brokers = [LieKind.VotesForAll, LieKind.WithholdsRecords], SplitsEachHandover = true }) with { HasFaults = false },
        _ => throw new ArgumentOutOfRangeException(nameof(scene), scene, "No such scene."),
    };

    private static readonly SimulatedMarketOptions Eight = new() { Traders = 8 };

    private static readonly SimulatedMarketOptions Changing = new()
    {
        Brokers = 4,
        Spares = 2,
        Traders = 8,
        Epochs = new EpochOptions { SettleMs = 3_000, RetryMs = 1_000, StaggerMs = 1_000, AttemptMs = 6_000, EpochMs = 20_000, SeenMs = 20_000, TermMs = 60_000, WatchMs = 2_000 },
    };

    private static RunOptions Of(SimulatedMarketOptions market, int faultMinutes, int recoveryMinutes, Emphasis? emphasis = null) =>
        new() { Market = market, Faults = TimeSpan.FromMinutes(faultMinutes), Recovery = TimeSpan.FromMinutes(recoveryMinutes), Emphasis = emphasis, StopsAtAViolation = true };

    /// <summary>Nothing goes wrong but for the liars: what they try is heard by all, and so judged.</summary>
    private static RunOptions Calm(Emphasis emphasis) => Of(Eight, 2, 1, emphasis) with { HasFaults = false };
}
