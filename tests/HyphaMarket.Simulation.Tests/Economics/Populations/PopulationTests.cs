using HyphaMarket.Simulation.Economics.Populations;

namespace HyphaMarket.Simulation.Tests.Economics.Populations;

[TestFixture]
internal sealed class PopulationTests
{
    private static Population Draw(DemandCourse demand) => Population.Draw(new PopulationOptions { Buyers = 2, Sellers = 2, LowestMicros = 100, HighestMicros = 1_100, Demand = demand, Shift = 0.4 }, new Random(3));

    [Test]
    public void Demand_MovesBuyersOnly_AsItsCourseSays()
    {
        var still = Draw(DemandCourse.Static).LimitsIn(0, 5);
        long[] Rises(DemandCourse demand) => [.. Enumerable.Range(0, 5).Select(period => Draw(demand).LimitsIn(period, 5)[0] - still[0])];
        Assert.That(Rises(DemandCourse.Static), Is.EqualTo([0, 0, 0, 0, 0]));
        Assert.That(Rises(DemandCourse.Shocked), Is.EqualTo([0, 0, 0, 400, 400]));
        Assert.That(Rises(DemandCourse.Drifting), Is.EqualTo([0, 100, 200, 300, 400]));
        Assert.That(Draw(DemandCourse.Shocked).LimitsIn(4, 5)[2..], Is.EqualTo(still[2..]));
    }

    [Test]
    public void NumbersOutOfRange_AreRefused()
    {
        var usual = new PopulationOptions { Buyers = 1, Sellers = 1 };
        foreach (var wrong in (PopulationOptions[])[usual with { Buyers = 0 }, usual with { Sellers = 10_001 }, usual with { LowestMicros = 0 }, usual with { HighestMicros = 1 }, usual with { Shift = double.NaN }])
        {
            Assert.That(wrong.Validate, Throws.InstanceOf<ArgumentOutOfRangeException>(), wrong.ToString());
        }
    }
}
