using HyphaMarket.Simulation.Reservations;

namespace HyphaMarket.Simulation.Tests.Reservations;

[TestFixture]
internal sealed class ReservationTheoryTests
{
    private static readonly double[] Peaks = [0, 0.3, 0.5, 0.8, 1];

    // By hand: (1 + c) / 3 and (5 - c - c^2) / 12.
    [TestCase(1.0, 2 / 3.0, 0.25)]
    [TestCase(0.5, 0.5, 4.25 / 12)]
    [TestCase(0.0, 1 / 3.0, 5 / 12.0)]
    public void Moments_OfTheTriangularAvailability_AreAsByHand(double peak, double mean, double needOfUsed)
    {
        var availability = new Availability(peak);
        Assert.That(availability.Mean, Is.EqualTo(mean).Within(1e-12));
        Assert.That(availability.NeedOfUsed, Is.EqualTo(needOfUsed).Within(1e-12));
        Assert.That(availability.Use, Is.EqualTo(1 - mean).Within(1e-12));
    }

    [TestCaseSource(nameof(Peaks))]
    public void Moments_AreThoseOfTheDistribution_ByCountingThrough(double peak)
    {
        var availability = new Availability(peak);
        var needs = Enumerable.Range(0, 100_000).Select(i => (i + 0.5) / 100_000).ToList();
        Assert.That(needs.Average(availability.Below), Is.EqualTo(availability.Use).Within(1e-8));
        Assert.That(needs.Average(need => need * availability.Below(need)), Is.EqualTo(availability.NeedOfUsed).Within(1e-8));
        Assert.That(needs.Average(availability.Quantile), Is.EqualTo(availability.Mean).Within(1e-5));
        foreach (var need in needs.Where((_, i) => i % 1_000 == 0)) Assert.That(availability.Below(availability.Quantile(need)), Is.EqualTo(need).Within(1e-12));
        Assert.That((availability.Below(0), availability.Below(1)), Is.EqualTo((0.0, 1.0)));
    }

    [TestCaseSource(nameof(Peaks))]
    public void CheapestHonesty_CostsAUserLeast_ByCountingThrough(double peak)
    {
        var (contract, availability) = (new StudyContract(), new Availability(peak));
        var needs = Enumerable.Range(0, 2_000).Select(i => (i + 0.5) / 2_000).ToList();
        double Cost(double honesty) => needs.Average(need => contract.ExpectedCost(availability.Below(need), honesty * need));
        var cheapest = Enumerable.Range(0, 201).Select(i => i / 200.0).MinBy(Cost);
        Assert.That(cheapest, Is.EqualTo(new ReservationTheory(contract, availability).CheapestHonesty).Within(0.0051));
    }

    [TestCase(1.0)]
    [TestCase(0.8)]
    [TestCase(0.6)]
    public void TheCoordinatorOfManyUsers_ProfitsMost_WhereReservedIsUsed(double peak)
    {
        var theory = new ReservationTheory(new StudyContract(), new Availability(peak));
        var best = Enumerable.Range(0, 1_001).Select(i => i / 1_000.0).MaxBy(honesty => theory.Profit(honesty, variance: 0, users: 1_000_000));
        Assert.That(best, Is.EqualTo(theory.BalancedHonesty).Within(0.003));
    }

    [Test]
    public void Profit_IsAsByHand()
    {
        // A_p = 0.8, all of honesty 0.4, so many that nothing strays: 0.01 + 0.04 + 1.75 * 0.4 - 1.5 * 0.4 * 3.56/12 - 0.2 - 2 * 0.2.
        var theory = new ReservationTheory(new StudyContract(), new Availability(0.8));
        Assert.That(theory.Profit(0.4, 0, 100_000_000), Is.EqualTo(0.01 + 0.04 + 0.7 - 0.178 - 0.2 - 0.4).Within(1e-6));
        Assert.That(theory.Profit(0.4, 0.06, 100_000_000) - theory.Profit(0.4, 0, 100_000_000), Is.EqualTo(1.5 * 0.06 / 6).Within(1e-6));
    }
}
