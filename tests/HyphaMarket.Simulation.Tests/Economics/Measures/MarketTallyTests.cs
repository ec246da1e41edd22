using HyphaMarket.Simulation.Economics.Clearing;
using HyphaMarket.Simulation.Economics.Measures;

namespace HyphaMarket.Simulation.Tests.Economics.Measures;

[TestFixture]
internal sealed class MarketTallyTests
{
    private static readonly long[] Limits = [100, 80, 20, 40];

    [Test]
    public void TwoTradesByHand_GiveTheirMeasures()
    {
        // p0 = (40 + 80) / 2 = 60, most possible 80 + 40 = 120.
        var equilibrium = Equilibrium.Of(Limits, buyers: 2);
        var tally = new MarketTally();
        tally.Begin(equilibrium);
        tally.Add([new Trade(0, 2, 66, 66), new Trade(1, 3, 54, 54)], Limits, equilibrium);
        Assert.That(tally.Efficiency, Is.EqualTo(1.0));
        Assert.That(tally.BuyersShare, Is.EqualTo((34.0 + 26) / 120));
        Assert.That(tally.SellersShare, Is.EqualTo((46.0 + 14) / 120));
        Assert.That(tally.VolumeRatio, Is.EqualTo(1.0));
        // Both prices are a tenth away from p0, and from their mean.
        Assert.That(tally.Alpha, Is.EqualTo(0.1).Within(1e-12));
        Assert.That(tally.Dispersion, Is.EqualTo(0.1).Within(1e-12));
        Assert.That(tally.OneTradeLess, Is.EqualTo(0.5));
    }

    [Test]
    public void ATradeOfTheWrongTraders_LosesSurplus_AndADifferenceOfPricesGoesToNobody()
    {
        var equilibrium = Equilibrium.Of(Limits, buyers: 2);
        var tally = new MarketTally();
        tally.Begin(equilibrium);
        tally.Add([new Trade(1, 3, 70, 50)], Limits, equilibrium);
        Assert.That(tally.Efficiency, Is.EqualTo(40.0 / 120));
        Assert.That(tally.NobodysShare, Is.EqualTo(20.0 / 120));
        Assert.That(tally.VolumeRatio, Is.EqualTo(0.5));
        Assert.That(tally.Dispersion, Is.Null, "one price cannot differ from itself");
    }

    [Test]
    public void WhereNothingCanBeGained_ThereIsNoEfficiency()
    {
        var tally = new MarketTally();
        tally.Begin(default);
        Assert.That((tally.Efficiency, tally.VolumeRatio, tally.Alpha), Is.EqualTo(((double?)null, (double?)null, (double?)null)));
    }
}
