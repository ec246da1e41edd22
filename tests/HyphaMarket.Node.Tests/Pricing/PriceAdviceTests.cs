using HyphaMarket.Node.Pricing;
using HyphaMarket.Node.Storage.Prices;

namespace HyphaMarket.Node.Tests.Pricing;

public sealed class PriceAdviceTests
{
    [TestCase(true, 10, 8, 12, 10, TestName = "Bid_WithTrades_IsTheirMedian")]
    [TestCase(true, 10, 8, 9, 9, TestName = "Bid_WhereAnAskIsCheaperThanTheMedian_IsThatAsk")]
    [TestCase(false, 10, 8, 12, 10, TestName = "Ask_WithTrades_IsTheirMedian")]
    [TestCase(false, 10, 11, 12, 11, TestName = "Ask_WhereABidIsDearerThanTheMedian_IsThatBid")]
    [TestCase(true, null, 8, 13, 10, TestName = "WithoutTrades_ItIsTheMiddleOfTheBook")]
    [TestCase(true, null, null, 13, 13, TestName = "Bid_WithAsksAlone_IsTheBestAsk")]
    [TestCase(true, null, 8, null, 8, TestName = "Bid_WithBidsAlone_IsTheBestBid")]
    [TestCase(false, null, 8, null, 8, TestName = "Ask_WithBidsAlone_IsTheBestBid")]
    [TestCase(false, null, null, null, null, TestName = "WithNothing_ThereIsNoAdvice")]
    public void Advice(bool isBid, long? median, long? bid, long? ask, long? expected)
    {
        var advice = PriceAdvice.For(isBid, median, bid, ask);
        Assert.That(advice.Micros, Is.EqualTo(expected));
        Assert.That(advice.Basis, Does.EndWith("."));
    }

    [TestCase(1, 10)]
    [TestCase(25, 10)]
    [TestCase(26, 20)]
    [TestCase(50, 20)]
    [TestCase(51, 30)]
    [TestCase(100, 30)]
    public void Percentile_IsTheLeastPriceOfAtLeastSoManyUnits(int percent, long expected) =>
        Assert.That(WeightedPercentiles.Of([Trade(30, units: 2), Trade(10), Trade(20)], percent), Is.EqualTo(expected));

    [Test]
    public void Chance_IsTheShareOfStretchesInWhichEnoughWasTraded()
    {
        // Ten minutes are known, the order lives one more; trades in three of them are cheap enough, in one of these there were too few units.
        MarketTrade[] trades = [Trade(10, 2, atMs: 30_000), Trade(10, 2, atMs: 90_000), Trade(10, 1, atMs: 150_000), Trade(99, 9, atMs: 210_000)];
        Assert.That(FillChance.Estimate(trades, isBid: true, 50, units: 2, lifeMs: 60_000, sinceMs: 0, nowMs: 600_000), Is.EqualTo(new FillChance(0.2, 10)));
        Assert.That(FillChance.Estimate(trades, isBid: false, 50, units: 2, lifeMs: 60_000, sinceMs: 0, nowMs: 600_000), Is.EqualTo(new FillChance(0.1, 10)), "an ask takes what pays more");
    }

    [Test]
    public void Chance_OfALifeLongerThanAFifthOfTheKnownPast_IsUnknown()
    {
        Assert.That(FillChance.Estimate([], isBid: true, 50, 1, lifeMs: 60_000, sinceMs: 0, nowMs: 299_999), Is.Null);
        Assert.That(FillChance.Estimate([], isBid: true, 50, 1, lifeMs: 60_000, sinceMs: 0, nowMs: 300_000), Is.EqualTo(new FillChance(0, 5)));
        Assert.That(FillChance.Estimate([], isBid: true, 50, 1, lifeMs: 0, sinceMs: 0, nowMs: 300_000), Is.Null, "an order that is over");
    }

    private static MarketTrade Trade(long price, int units = 1, long atMs = 0) => new()
    {
        Id = $"{price}{atMs}", Market = "x", Slot = 1, Index = 0, AtMs = atMs, Quantity = units, BuyPriceMicros = price, SellPriceMicros = price, Own = false,
    };
}
