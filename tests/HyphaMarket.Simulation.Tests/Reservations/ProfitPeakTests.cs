using HyphaMarket.Simulation.Reservations;

namespace HyphaMarket.Simulation.Tests.Reservations;

[TestFixture]
internal sealed class ProfitPeakTests
{
    [TestCase(0.62)]
    [TestCase(0.70)]
    [TestCase(0.777)]
    public void ATent_PeaksAtItsTop(double top) => Assert.That(ProfitPeak.Find(Rounds(honesty => -Math.Abs(honesty - top))), Is.EqualTo(top).Within(0.005));

    [Test]
    public void WhatOnlyRisesOrFallsOrStaysLevel_HasNoPeak()
    {
        Assert.That(ProfitPeak.Find(Rounds(honesty => honesty)), Is.Null);
        Assert.That(ProfitPeak.Find(Rounds(honesty => -honesty)), Is.Null);
        Assert.That(ProfitPeak.Find(Rounds(_ => 0)), Is.Null);
    }

    [Test]
    public void ATop_ThatNoiseAloneSetsAboveTheEnd_IsNoPeak() => Assert.That(ProfitPeak.Find(Rounds(honesty => Math.Min(honesty, 0.8), noise: 0.1)), Is.Null);

    [Test]
    public void FewRounds_TellNothing() => Assert.That(ProfitPeak.Find([new Round(0.5, 1, 0), new Round(0.6, 2, 0), new Round(0.7, 1, 0)]), Is.Null);

    private static List<Round> Rounds(Func<double, double> profit, double noise = 0.005)
    {
        const int seed = 3;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 4_000).Select(i => 0.5 + (i / 4_000.0 * 0.4)).Select(honesty => new Round(honesty, profit(honesty) + ((random.NextDouble() - 0.5) * noise), 0))];
    }
}
