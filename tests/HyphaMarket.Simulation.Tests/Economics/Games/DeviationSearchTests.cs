using HyphaMarket.Market.Matching;
using HyphaMarket.Simulation.Economics.Games;
using HyphaMarket.Simulation.Economics.Pictures;

namespace HyphaMarket.Simulation.Tests.Economics.Games;

[TestFixture]
internal sealed class DeviationSearchTests
{
    private static readonly DeviationOptions Small = new() { Sizes = [3, 8], Seeds = 8 };

    [Test]
    public void OnlyMcAfee_LeavesNothingToGain()
    {
        foreach (var row in DeviationSearch.Run(Small, null, CancellationToken.None))
        {
            // A price is rounded down to a micro-credit, which is all that can be gained there.
            if (row.Rule == "mcafee") Assert.That((row.MostGain.Mean, row.KnowingGain.Mean, row.BlindGain.Mean), Is.EqualTo((0.0, 0.0, 0.0)).Using<(double?, double?, double?)>((a, b) => Math.Abs(a.Item1!.Value - b.Item1!.Value) < 1e-4 && Math.Abs(a.Item2!.Value) < 1e-4 && Math.Abs(a.Item3!.Value) < 1e-4), $"{row.Traders} traders");
            else Assert.That(row.MostGain.Mean, Is.GreaterThan(0.01), $"{row.Rule}, {row.Traders} traders");
        }
    }

    [Test]
    public void PatienceOverSeveralSlots_SparesShadersTheRisk_AndPaysNothingUnderMcAfee()
    {
        var rows = DeviationSearch.Run(Small with { Rules = [ClearingRules.Uniform, ClearingRules.McAfee], Sizes = [3], SlotsPerPeriod = [1, 3], Seeds = 30 }, null, CancellationToken.None);
        var (hasty, patient) = (rows.Single(row => row is { Rule: "uniform", SlotsPerPeriod: 1 }), rows.Single(row => row is { Rule: "uniform", SlotsPerPeriod: 3 }));
        Assert.That(patient.BlindGain.Mean, Is.GreaterThan(hasty.BlindGain.Mean!.Value));
        Assert.That(rows.Where(row => row.Rule == "mcafee").Select(row => row.MostGain.Mean!.Value), Has.All.LessThan(1e-4));
    }

    [Test]
    public void TheSameSeeds_GiveTheSameRowsAndPictures()
    {
        var first = DeviationSearch.Run(Small with { Parallel = 1 }, null, CancellationToken.None);
        var again = DeviationSearch.Run(Small with { Parallel = 3 }, null, CancellationToken.None);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(MarketPictures.Of(again), Is.EqualTo(MarketPictures.Of(first)));
        Assert.That(MarketPictures.Of(first).Single().Svg, Does.Contain("mcafee"));
    }
}
