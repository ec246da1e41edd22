using HyphaMarket.Simulation.Economics.Measures;

namespace HyphaMarket.Simulation.Tests.Economics.Measures;

[TestFixture]
internal sealed class EstimateTests
{
    [Test]
    public void ThreeSeeds_HaveTheIntervalOfStudentsT()
    {
        // Mean 2, standard deviation 1: 4.303 / sqrt(3) = 2.484.
        var estimate = Estimate.Of([1.0, 2.0, 3.0]);
        Assert.That(estimate.Mean, Is.EqualTo(2.0));
        Assert.That(estimate.HalfWidth, Is.EqualTo(2.484).Within(0.001));
        Assert.That(estimate.Text(), Is.EqualTo("2.00 ± 2.48"));
    }

    [Test]
    public void SeedsWithoutAValue_DoNotCount_AndOneSeedHasNoInterval()
    {
        Assert.That(Estimate.Of([null, 0.5, null]), Is.EqualTo(new Estimate(0.5, null, 1)));
        Assert.That(Estimate.Of([null]).Text(), Is.EqualTo("-"));
        Assert.That(Estimate.Of([-0.00001]).Text(), Is.EqualTo("0.00"));
    }
}
