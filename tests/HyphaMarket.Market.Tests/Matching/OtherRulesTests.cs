using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using static HyphaMarket.Market.Tests.TestOffers;

namespace HyphaMarket.Market.Tests.Matching;

public sealed class OtherRulesTests
{
    private static IEnumerable<string> Clear(IClearingRule rule, params Offer[] offers) => Describe(rule.Clear(Input(offers)), offers);

    [Test]
    public void Uniform_TakesThePriceBetweenTheMarginalUnits() => Assert.That(
        // k = 2: max(a_2 = 4, b_3 = 3) = 4, min(b_2 = 8, a_3 = 9) = 8.
        Clear(ClearingRules.Uniform, Bid(1, 10), Bid(2, 8), Bid(3, 3), Ask(4, 1), Ask(5, 4), Ask(6, 9)),
        Is.EqualTo(new[] { "bid 1 x1 ask 4 at 6/6", "bid 2 x1 ask 5 at 6/6" }));

    [Test]
    public void Uniform_CountsUnitsNotOffers() => Assert.That(
        // Units: bids 10 10 10 5, asks 1 4 4; k = 3, b_4 = 5: max(4, 5) = 5, min(10) = 10.
        Clear(ClearingRules.Uniform, Bid(1, 10, 3), Bid(2, 5), Ask(3, 1), Ask(4, 4, 2)),
        Is.EqualTo(new[] { "bid 1 x1 ask 3 at 7/7", "bid 1 x2 ask 4 at 7/7" }));

    [Test]
    public void Uniform_WithoutNeighbours_SplitsTheDifference() =>
        Assert.That(Clear(ClearingRules.Uniform, Bid(1, 10), Ask(2, 5)), Is.EqualTo(new[] { "bid 1 x1 ask 2 at 7/7" }));

    [Test]
    public void McAfee_WithAPriceBetweenTheLastPair_TradesAll() => Assert.That(
        Clear(ClearingRules.McAfee, Bid(1, 10), Bid(2, 8), Bid(3, 4), Ask(4, 1), Ask(5, 5), Ask(6, 9)),
        Is.EqualTo(new[] { "bid 1 x1 ask 4 at 6/6", "bid 2 x1 ask 5 at 6/6" }));

    [Test]
    public void McAfee_Otherwise_GivesUpTheLastTradeAndKeepsTheDifferenceFromEverybody() => Assert.That(
        // p = floor((1 + 9) / 2) = 5 is below a_2 = 6, so b_2 and a_2 set the prices and do not trade.
        Clear(ClearingRules.McAfee, Bid(1, 10), Bid(2, 8), Bid(3, 1), Ask(4, 2), Ask(5, 6), Ask(6, 9)),
        Is.EqualTo(new[] { "bid 1 x1 ask 4 at 8/6" }));

    [Test]
    public void McAfee_WithoutNeighbours_GivesUpTheLastTrade() => Assert.That(Clear(ClearingRules.McAfee, Bid(1, 10), Ask(2, 5)), Is.Empty);

    [Test]
    public void Find_KnowsTheThreeRulesByTheirExactNames() => Assert.Multiple(() =>
    {
        Assert.That(ClearingRules.Find("pairwise-mean"), Is.SameAs(ClearingRules.PairwiseMean));
        Assert.That(ClearingRules.Find("uniform"), Is.SameAs(ClearingRules.Uniform));
        Assert.That(ClearingRules.Find("mcafee"), Is.SameAs(ClearingRules.McAfee));
        Assert.That(ClearingRules.Find("Uniform"), Is.Null);
        Assert.That(ClearingRules.Find("vickrey"), Is.Null);
    });

    [Test]
    public void UniformAndMcAfee_DoNotAcceptOtherThanPlainOffers()
    {
        Offer[] fancy = [Bid(1, 5) with { Constraints = [In("region", "eu")] }, Bid(2, 5) with { Group = Group(1) }, Bid(3, 5) with { Distinct = true }, Bid(4, 5, 2) with { MinimumFill = 2 }];
        Assert.Multiple(() =>
        {
            foreach (var offer in fancy)
            {
                Assert.That(ClearingRules.Uniform.Accepts(offer), Is.False);
                Assert.That(ClearingRules.McAfee.Accepts(offer), Is.False);
                Assert.That(ClearingRules.PairwiseMean.Accepts(offer), Is.True);
                Assert.That(() => ClearingRules.Uniform.Clear(Input(offer)), Throws.ArgumentException);
            }

            Assert.That(ClearingRules.Uniform.Accepts(Bid(5, 5, 2)), Is.True);
            Assert.That(ClearingRules.McAfee.Accepts(Bid(5, 5, 2)), Is.False);
        });
    }
}
