using HyphaMarket.Market.Offers;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Tests.Economics.Strategies;

[TestFixture]
internal sealed class StrategyTests
{
    private const long Credit = 1_000_000;

    [TestCase("truthful", Side.Bid, 1_000L, 1_000L)]
    [TestCase("truthful", Side.Ask, 1_000L, 1_000L)]
    [TestCase("shade:20", Side.Bid, 1_000L, 800L)]
    [TestCase("shade:20", Side.Ask, 1_000L, 1_200L)]
    [TestCase("shade:99", Side.Bid, 1L, 1L)]
    public void ShadedOffer_OfAKnownLimit_IsAsExpected(string name, Side side, long limit, long quote)
    {
        Assert.That(StrategyName.TryParse(name, out var strategy, out _), Is.True);
        Assert.That(strategy!.Create(side, new Random(1)).Quote(side, limit, ceiling: 2_000, new Random(1)), Is.EqualTo(quote));
    }

    [TestCase("shade:")]
    [TestCase("shade:100")]
    [TestCase("shade:-5")]
    [TestCase("shade:NaN")]
    [TestCase("greedy")]
    [TestCase("")]
    public void UnknownName_IsRefused_WithAllThatThereAre(string name)
    {
        Assert.That(StrategyName.TryParse(name, out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain("zi-c").And.Contains("shade:X"));
    }

    [Test]
    public void NoStrategy_OffersALoss([Values("truthful", "zi-c", "zip", "best-response", "shade:35")] string name, [Values(Side.Bid, Side.Ask)] Side side, [Range(1, 5)] int seed)
    {
        StrategyName.TryParse(name, out var strategy, out _);
        var random = new Random(seed);
        var one = strategy!.Create(side, random);
        for (var i = 0; i < 500; i++)
        {
            var limit = random.NextInt64(1, 2 * Credit);
            var quote = one.Quote(side, limit, 2 * Credit, random);
            Assert.That(quote, side == Side.Bid ? Is.InRange(1, limit) : Is.InRange(limit, 2 * Credit), $"limit {limit}");
            one.OnSlot(new SlotNews(random.Next(2) == 0 ? null : random.Next(1, 2_000_000), random.Next(1, 2_000_000), random.Next(1, 2_000_000)), side, limit, random.Next(2) == 0, random);
        }
    }

    [Test]
    public void ZeroIntelligence_UsesTheWholeRange()
    {
        var random = new Random(1);
        long[] bids = [.. Enumerable.Range(0, 2_000).Select(_ => new ZeroIntelligence().Quote(Side.Bid, 1_000, 2_000, random))];
        long[] asks = [.. Enumerable.Range(0, 2_000).Select(_ => new ZeroIntelligence().Quote(Side.Ask, 1_000, 2_000, random))];
        Assert.That((bids.Min(), bids.Max(), asks.Min(), asks.Max()), Is.EqualTo((1L, 1_000L, 1_000L, 2_000L)).Using<(long, long, long, long)>((a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) + Math.Abs(a.Item3 - b.Item3) + Math.Abs(a.Item4 - b.Item4) < 20));
        Assert.That(bids.Average(), Is.EqualTo(500).Within(30));
    }
}
