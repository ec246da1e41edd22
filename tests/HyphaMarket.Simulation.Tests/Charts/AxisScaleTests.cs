using HyphaMarket.Simulation.Charts;

namespace HyphaMarket.Simulation.Tests.Charts;

[TestFixture]
internal sealed class AxisScaleTests
{
    private static readonly ChartAxis Plain = new("y");

    [Test]
    public void Ticks_AreRoundNumbers_AndTheAxisIsWidenedToThem()
    {
        var scale = AxisScale.Create(Plain, 0.03, 0.97, 5);
        Assert.That(scale.Ticks.Select(tick => tick.Label), Is.EqualTo(["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]));
        Assert.That((scale.Low, scale.High), Is.EqualTo((0.0, 1.0)));
        Assert.That(scale.Ticks[3].Value, Is.EqualTo(0.6));
    }

    [TestCase(-137.0, 912.0, 6, "-200|0|200|400|600|800|1,000")]
    [TestCase(0.0, 20_000.0, 4, "0|5,000|10,000|15,000|20,000")]
    [TestCase(0.0012, 0.0047, 4, "0.001|0.002|0.003|0.004|0.005")]
    public void Ticks_OfKnownRanges_AreAsExpected(double least, double greatest, int wanted, string labels) =>
        Assert.That(string.Join('|', AxisScale.Create(Plain, least, greatest, wanted).Ticks.Select(tick => tick.Label)), Is.EqualTo(labels));

    [Test]
    public void AnyRange_LiesBetweenTheEnds_WithAFewTicks()
    {
        const int seed = 11;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 2_000; i++)
        {
            var least = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-8, 9));
            var greatest = least + (random.NextDouble() * Math.Pow(10, random.Next(-8, 9)));
            // Neighbouring doubles have nothing between them.
            if (greatest - least < Math.Abs(least) * 1e-6) continue;
            var scale = AxisScale.Create(Plain, least, greatest, 6);
            Assert.That(scale.Low, Is.LessThanOrEqualTo(least));
            Assert.That(scale.High, Is.GreaterThanOrEqualTo(greatest));
            Assert.That(scale.Ticks.Count, Is.InRange(3, 12), $"{least} to {greatest}");
            Assert.That(scale.Ticks.Select(tick => tick.Value), Is.Ordered.And.Unique);
        }
    }

    [Test]
    public void EndsThatAreGiven_AreKept_AndTicksStayInside()
    {
        var scale = AxisScale.Create(new ChartAxis("x") { From = 0.25, To = 1.05 }, 0, 9, 4);
        Assert.That((scale.Low, scale.High), Is.EqualTo((0.25, 1.05)));
        Assert.That(scale.Ticks.Select(tick => tick.Label), Is.EqualTo(["0.4", "0.6", "0.8", "1.0"]));
    }

    [TestCase(5.0)]
    [TestCase(0.0)]
    [TestCase(-3.0)]
    public void OneValueAlone_HasRoomOnBothSides(double value)
    {
        var scale = AxisScale.Create(Plain, value, value, 5);
        Assert.That(scale.Low, Is.LessThan(value));
        Assert.That(scale.High, Is.GreaterThan(value));
    }

    [Test]
    public void ALogarithmicAxis_PutsEqualRatiosEquallyFarApart()
    {
        var scale = AxisScale.Create(new ChartAxis("traders") { IsLogarithmic = true }, 3, 1_000, 8);
        Assert.That(scale.Map(30) - scale.Map(3), Is.EqualTo(scale.Map(300) - scale.Map(30)).Within(1e-12));
        Assert.That(scale.Ticks.Select(tick => tick.Label), Is.EqualTo(["5", "10", "20", "50", "100", "200", "500", "1,000"]));
    }

    [Test]
    public void ALogarithmicAxis_OfAnyRange_HasTicksBetweenItsEnds()
    {
        const int seed = 12;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 2_000; i++)
        {
            var least = Math.Pow(10, (random.NextDouble() * 12) - 6);
            var greatest = least * (1 + Math.Pow(10, (random.NextDouble() * 10) - 3));
            var scale = AxisScale.Create(new ChartAxis("x") { IsLogarithmic = true }, least, greatest, random.Next(1, 9));
            Assert.That(scale.Ticks.Count, Is.InRange(1, 24), $"{least} to {greatest}");
            Assert.That(scale.Ticks.Select(tick => scale.Map(tick.Value)), Is.Ordered.And.All.InRange(-1e-6, 1 + 1e-6));
        }
    }
}
