using HyphaMarket.Market.Offers;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Tests.Economics.Strategies;

[TestFixture]
internal sealed class ZeroIntelligencePlusTests
{
    private const long Limit = 1_000_000;
    private const long Ceiling = 2_000_000;

    [Test]
    public void Seller_ThatCouldHaveHadMore_RaisesItsMargin_TowardsAPerturbedPrice()
    {
        // p = 1.1 and q = 1.5: with R in [1, 1.05] and A in [0, 0.05] the target is in [1.5, 1.625], and half of the way is gone at once.
        var seller = new ZeroIntelligencePlus(learningRate: 0.5, momentum: 0, margin: 0.1);
        seller.OnSlot(new SlotNews(1_500_000, null, null), Side.Ask, Limit, isWaiting: false, new Random(1));
        Assert.That(seller.Quote(Side.Ask, Limit, Ceiling, new Random(1)), Is.InRange(1_300_000, 1_362_501));
    }

    [Test]
    public void Seller_ThatIsTooDear_LowersItsMargin_OnlyWhileItHasItsUnit()
    {
        var waiting = new ZeroIntelligencePlus(0.5, 0, 0.5);
        waiting.OnSlot(new SlotNews(1_200_000, null, null), Side.Ask, Limit, isWaiting: true, new Random(1));
        Assert.That(waiting.Quote(Side.Ask, Limit, Ceiling, new Random(1)), Is.InRange(1_295_000, 1_350_001));
        var done = new ZeroIntelligencePlus(0.5, 0, 0.5);
        done.OnSlot(new SlotNews(1_200_000, null, null), Side.Ask, Limit, isWaiting: false, new Random(1));
        Assert.That(done.Margin, Is.EqualTo(0.5));
    }

    [Test]
    public void BestBidder_WhoseBidWasRefused_BidsMore_AndNeverMoreThanItsValue()
    {
        var buyer = new ZeroIntelligencePlus(0.5, 0, -0.3);
        var random = new Random(1);
        var before = buyer.Quote(Side.Bid, Limit, Ceiling, random);
        for (var i = 0; i < 50; i++)
        {
            buyer.OnSlot(new SlotNews(null, buyer.Quote(Side.Bid, Limit, Ceiling, random), null), Side.Bid, Limit, isWaiting: true, random);
            var after = buyer.Quote(Side.Bid, Limit, Ceiling, random);
            Assert.That(after, Is.GreaterThan(before).Or.EqualTo(Limit));
            before = after;
        }

        Assert.That(before, Is.EqualTo(Limit));
    }

    [Test]
    public void Momentum_CarriesPartOfTheLastChangeOn()
    {
        // The same news twice; with momentum the second change keeps a tenth of the first.
        var (plain, carried) = (new ZeroIntelligencePlus(0.2, 0, 0.1), new ZeroIntelligencePlus(0.2, 0.1, 0.1));
        foreach (var seller in (ZeroIntelligencePlus[])[plain, carried])
        {
            var random = new Random(5);
            for (var i = 0; i < 2; i++) seller.OnSlot(new SlotNews(1_900_000, null, null), Side.Ask, Limit, isWaiting: false, random);
        }

        // Deltas by hand: d1 = 0.2 (t1 - 1.1), p1 = 1.1 + d1, d2 = 0.2 (t2 - p1); with momentum g1 = 0.9 d1, g2 = 0.1 g1 + 0.9 * 0.2 (t2 - 1.1 - g1).
        var draws = new Random(5);
        double Target() => (1.9 * (1 + (0.05 * draws.NextDouble()))) + (0.05 * draws.NextDouble());
        var (t1, t2) = (Target(), Target());
        var d1 = 0.2 * (t1 - 1.1);
        Assert.That(plain.Margin, Is.EqualTo(0.1 + d1 + (0.2 * (t2 - 1.1 - d1))).Within(1e-5));
        var g1 = 0.9 * d1;
        Assert.That(carried.Margin, Is.EqualTo(0.1 + g1 + ((0.1 * g1) + (0.9 * 0.2 * (t2 - 1.1 - g1)))).Within(1e-5));
    }
}
