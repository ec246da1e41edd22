using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using static HyphaMarket.Market.Tests.TestOffers;

namespace HyphaMarket.Market.Tests.Matching;

public sealed class PairwiseMeanTests
{
    private static IEnumerable<string> Clear(params Offer[] offers) => Describe(ClearingRules.PairwiseMean.Clear(Input(offers)), offers);

    [Test]
    public void EachPair_TradesAtTheFlooredMean() => Assert.That(Clear(Bid(1, 10), Bid(2, 8), Ask(3, 5), Ask(4, 6)), Is.EqualTo(new[] { "bid 1 x1 ask 3 at 7/7", "bid 2 x1 ask 4 at 7/7" }));

    [Test]
    public void EqualPrices_Trade() => Assert.That(Clear(Bid(1, 5), Ask(2, 5)), Is.EqualTo(new[] { "bid 1 x1 ask 2 at 5/5" }));

    [Test]
    public void BidBelowAsk_DoesNotTrade() => Assert.That(Clear(Bid(1, 4), Ask(2, 5)), Is.Empty);

    [Test]
    public void EmptyInput_GivesNoFills() => Assert.That(Clear(), Is.Empty);

    [Test]
    public void LargeBid_IsFilledByOneAskAfterAnother() => Assert.That(
        Clear(Bid(1, 9, 5), Ask(2, 1, 2), Ask(3, 2, 2), Ask(4, 3, 9)),
        Is.EqualTo(new[] { "bid 1 x2 ask 2 at 5/5", "bid 1 x2 ask 3 at 5/5", "bid 1 x1 ask 4 at 6/6" }));

    [Test]
    public void EarlierFirstSlot_WinsATieOfPrice() => Assert.That(
        Clear(Bid(1, 9), Bid(2, 9) with { FirstSlot = new Slot(99) }, Ask(3, 1)),
        Is.EqualTo(new[] { "bid 2 x1 ask 3 at 5/5" }));

    [Test]
    public void LastTie_IsBrokenByTheInputRootAndNotByTheId()
    {
        Offer[] offers = [Bid(1, 9), Bid(2, 9), Ask(3, 1)];
        var winners = Enumerable.Range(0, 64)
            .Select(i => ClearingRules.PairwiseMean.Clear(Input(offers) with { InputRoot = Hash256.Of(BitConverter.GetBytes(i)) })[0].Bid)
            .ToList();
        Assert.That(winners.Count(winner => winner == Id(1)), Is.InRange(16, 48), "either should win about half of the time");
    }

    [Test]
    public void OwnersOwnOffers_DoNotTradeWithEachOther() => Assert.That(
        Clear(Bid(1, 9), Ask(2, 1) with { Owner = Owner(1) }, Ask(3, 5)),
        Is.EqualTo(new[] { "bid 1 x1 ask 3 at 7/7" }));

    [Test]
    public void BidForALongerTermThanTheAskGives_PassesItBy() => Assert.That(
        Clear(Bid(1, 9) with { LeaseTermMinutes = 61 }, Ask(2, 1), Ask(3, 5) with { LeaseTermMinutes = 61 }),
        Is.EqualTo(new[] { "bid 1 x1 ask 3 at 7/7" }));

    [Test]
    public void MinimumFill_IsOfEveryFill() => Assert.That(
        Clear(Bid(1, 9, 5) with { MinimumFill = 3 }, Ask(2, 1, 2), Ask(3, 2, 4), Ask(4, 3, 4)),
        Is.EqualTo(new[] { "bid 1 x4 ask 3 at 5/5" }), "the first ask is too small, and after the second too little of the bid is left");

    [Test]
    public void Constraints_MustHoldBothWays()
    {
        var bid = Bid(1, 9) with { Constraints = [In("region", "eu", "us")], Attributes = Attributes("kind=batch") };
        Assert.That(
            Clear(bid, Ask(2, 1), Ask(3, 2) with { Attributes = Attributes("region=ap") }, Ask(4, 3) with { Attributes = Attributes("region=eu"), Constraints = [NotIn("kind", "batch")] }, Ask(5, 5) with { Attributes = Attributes("region=us") }),
            Is.EqualTo(new[] { "bid 1 x1 ask 5 at 7/7" }));
    }

    [Test]
    public void MissingKey_SatisfiesANegatedClause() => Assert.That(
        Clear(Bid(1, 9) with { Constraints = [NotIn("region", "ap")] }, Ask(2, 1)),
        Is.EqualTo(new[] { "bid 1 x1 ask 2 at 5/5" }));

    [Test]
    public void Group_FillsOneMemberOnly()
    {
        var first = Ask(2, 1, 2) with { Group = Group(1) };
        var second = Ask(3, 2) with { Group = Group(1), Owner = Owner(2) };
        Assert.That(
            Clear(Bid(1, 9), Bid(4, 8), Bid(5, 7), first, second),
            Is.EqualTo(new[] { "bid 1 x1 ask 2 at 5/5", "bid 4 x1 ask 2 at 4/4" }), "the member that fills may fill again");
    }

    [Test]
    public void SameGroupBytes_OfAnotherOwner_AreAnotherGroup() => Assert.That(
        Clear(Bid(1, 9), Bid(4, 8), Ask(2, 1) with { Group = Group(1) }, Ask(3, 2) with { Group = Group(1) }),
        Is.EqualTo(new[] { "bid 1 x1 ask 2 at 5/5", "bid 4 x1 ask 3 at 5/5" }));

    [Test]
    public void DistinctBid_TakesOneUnitFromEachOwner() => Assert.That(
        Clear(Bid(1, 9, 3) with { Distinct = true }, Ask(2, 1, 5), Ask(3, 2) with { Owner = Owner(2) }, Ask(4, 3)),
        Is.EqualTo(new[] { "bid 1 x1 ask 2 at 5/5", "bid 1 x1 ask 4 at 6/6" }));

    [Test]
    public void DistinctBid_PassesByTheOwnersThatFillItAlready()
    {
        Offer[] offers = [Bid(1, 9, 3) with { Distinct = true }, Ask(2, 1), Ask(3, 2)];
        var input = Input([new MatchEntry(offers[0], 2, [Owner(2)]), new MatchEntry(offers[1], 1, []), new MatchEntry(offers[2], 1, [])]);
        Assert.That(Describe(ClearingRules.PairwiseMean.Clear(input), offers), Is.EqualTo(new[] { "bid 1 x1 ask 3 at 5/5" }));
    }

    [Test]
    public void DistinctBid_AndAnAskWithALargerMinimumFill_DoNotTrade() =>
        Assert.That(Clear(Bid(1, 9, 3) with { Distinct = true }, Ask(2, 1, 3) with { MinimumFill = 2 }), Is.Empty);

    [Test]
    public void FreeQuantity_NotTheOffersQuantity_IsWhatTrades()
    {
        Offer[] offers = [Bid(1, 9, 5), Ask(2, 1, 5)];
        var input = Input([new MatchEntry(offers[0], 2, []), new MatchEntry(offers[1], 3, [])]);
        Assert.That(Describe(ClearingRules.PairwiseMean.Clear(input), offers), Is.EqualTo(new[] { "bid 1 x2 ask 2 at 5/5" }));
    }
}
