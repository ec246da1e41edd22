using HyphaMarket.Simulation.Economics.Measures;

namespace HyphaMarket.Simulation.Tests.Economics.Measures;

[TestFixture]
internal sealed class EquilibriumTests
{
    [Test]
    public void ABookByHand_HasItsVolumeItsPricesAndItsSurplus()
    {
        // Demand 10, 8, 6, 3; supply 2, 4, 5, 9: three trade, 10-2, 8-4, 6-5; the price is between the last seller's 5 and the last buyer's 6.
        var equilibrium = Equilibrium.Of([3, 10, 6, 8, 9, 2, 5, 4], buyers: 4);
        Assert.That(equilibrium, Is.EqualTo(new Equilibrium(3, 5, 6, 8 + 4 + 1)));
        Assert.That(equilibrium.Price, Is.EqualTo(5.5));
    }

    [Test]
    public void TradersWhoJustStayOut_NarrowThePrices()
    {
        // One trade, 10-2; a buyer of 7 and a seller of 8 stay out, so the price is from 7 to 8.
        Assert.That(Equilibrium.Of([10, 7, 2, 8], buyers: 2), Is.EqualTo(new Equilibrium(1, 7, 8, 8)));
    }

    [Test]
    public void WithoutAPairThatCrosses_NothingCanBeGained() => Assert.That(Equilibrium.Of([1, 2, 3, 4], buyers: 2), Is.EqualTo(default(Equilibrium)));

    [Test]
    public void WhereAllTrade_TheLastPairAloneBoundsThePrice() => Assert.That(Equilibrium.Of([9, 8, 1, 2], buyers: 2), Is.EqualTo(new Equilibrium(2, 2, 8, 14)));
}
