using HyphaMarket.Market.Matching;
using HyphaMarket.Simulation.Economics.Clearing;
using HyphaMarket.Simulation.Economics.Measures;

namespace HyphaMarket.Simulation.Tests.Economics.Clearing;

[TestFixture]
internal sealed class CallMarketTests
{
    // Bids 10, 8, 6, 3 and asks 2, 4, 5, 9, truthful: three of them can trade.
    private static readonly long[] Book = [10, 8, 6, 3, 2, 4, 5, 9];

    [Test]
    public void PairwiseMean_TradesBestWithBest_AtTheMiddle() =>
        Assert.That(new CallMarket(ClearingRules.PairwiseMean, 4, 4, 0, seed: 1).Clear(0, Book), Is.EqualTo([new Trade(0, 4, 6, 6), new Trade(1, 5, 6, 6), new Trade(2, 6, 5, 5)]));

    [Test]
    public void Uniform_GivesAllOnePriceOfTheEquilibrium() =>
        Assert.That(new CallMarket(ClearingRules.Uniform, 4, 4, 0, seed: 1).Clear(0, Book).Select(trade => (trade.BuyPrice, trade.SellPrice)), Is.EqualTo([(5L, 5L), (5L, 5L), (5L, 5L)]));

    [Test]
    public void McAfee_GivesUpTheLastTrade_WhereTheNeighboursDoNotMeet()
    {
        // (3 + 9) / 2 = 6 lies between the last ask and the last bid: all three trade at 6.
        Assert.That(new CallMarket(ClearingRules.McAfee, 4, 4, 0, seed: 1).Clear(0, Book), Has.Count.EqualTo(3).And.All.Property(nameof(Trade.BuyPrice)).EqualTo(6));
        // Without the fourth buyer there is no such price: two trade, at 6 and at 5.
        Assert.That(new CallMarket(ClearingRules.McAfee, 4, 4, 0, seed: 1).Clear(0, [10, 8, 6, 0, 2, 4, 5, 9]), Is.EqualTo([new Trade(0, 4, 6, 5), new Trade(1, 5, 6, 5)]));
    }

    [Test]
    public void ADepthOfFour_LeavesTheBestTwoOfEachSide() =>
        Assert.That(new CallMarket(ClearingRules.PairwiseMean, 4, 4, bookDepth: 4, seed: 1).Clear(0, Book).Select(trade => (trade.Buyer, trade.Seller)), Is.EqualTo([(0, 4), (1, 5)]));

    [Test]
    public void EqualOffers_TakeTurns([Values("pairwise-mean", "uniform")] string rule)
    {
        // Four buyers of the same price for one unit: which one gets it is another one from slot to slot.
        var market = new CallMarket(ClearingRules.Find(rule)!, 4, 1, 0, seed: 7);
        Assert.That(Enumerable.Range(0, 64).Select(call => market.Clear(call, [5, 5, 5, 5, 1]).Single().Buyer).Distinct(), Is.EquivalentTo([0, 1, 2, 3]));
    }

    [Test]
    public void ADepthOfOne_IsRefused() => Assert.That(() => new CallMarket(ClearingRules.Uniform, 1, 1, 1, 1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 2"));

    [Test]
    public void TruthfulBooks_GainAllThereIs_NobodyLoses_AndMcAfeeGivesUpOneTradeAtMost([Range(1, 6)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var (buyers, sellers) = (random.Next(1, 12), random.Next(1, 12));
            // Few prices, so that many are equal.
            long[] limits = [.. Enumerable.Range(0, buyers + sellers).Select(_ => (long)random.Next(1, 30))];
            var equilibrium = Equilibrium.Of(limits, buyers);
            foreach (var rule in ClearingRules.All)
            {
                var trades = new CallMarket(rule, buyers, sellers, 0, seed).Clear(round, limits);
                Assert.That(trades, Has.All.Matches<Trade>(trade => trade.BuyPrice <= limits[trade.Buyer] && trade.SellPrice >= limits[trade.Seller] && trade.BuyPrice >= trade.SellPrice), rule.Name);
                var gained = trades.Sum(trade => limits[trade.Buyer] - limits[trade.Seller]);
                var least = rule == ClearingRules.McAfee && equilibrium.Volume > 0 ? equilibrium.Surplus * (1 - (1.0 / equilibrium.Volume)) : equilibrium.Surplus;
                Assert.That(gained, Is.InRange(least - 1e-6, equilibrium.Surplus), $"{rule.Name}, round {round}");
            }
        }
    }
}
