using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using static HyphaMarket.Market.Tests.TestOffers;

namespace HyphaMarket.Market.Tests.Matching;

public sealed class MatchInputRulesTests
{
    private static MatchInput Good => Input(Bid(1, 9, 3), Ask(2, 5));

    [Test]
    public void GoodInput_IsAccepted() => Assert.That(MatchInputRules.Check(Good, out var problem), Is.True, problem);

    private static IEnumerable<TestCaseData> Bad()
    {
        MatchEntry Entry(Offer offer, int free = 1, params ParticipantId[] owners) => new(offer, free, owners);
        yield return new TestCaseData(Good with { Slot = new Slot(102) }, "even").SetName("{m}(even slot)");
        yield return new TestCaseData(Good with { Entries = [.. Good.Entries.Reverse()] }, "sorted").SetName("{m}(unsorted)");
        yield return new TestCaseData(Good with { Entries = [Good.Entries[0], Good.Entries[0]] }, "sorted").SetName("{m}(repeated)");
        yield return new TestCaseData(Input(Bid(1, 9), Ask(2, 5) with { Market = new MarketId(Root) }), "another market").SetName("{m}(two markets)");
        yield return new TestCaseData(Input(Bid(1, 9) with { LastSlot = new Slot(100) }), "good for slots").SetName("{m}(over)");
        yield return new TestCaseData(Input(Bid(1, 9) with { FirstSlot = new Slot(102) }), "good for slots").SetName("{m}(not begun)");
        yield return new TestCaseData(Input(Bid(1, 9) with { FirstSlot = new Slot(-1L << 40) }), "starts at slot").SetName("{m}(begun before any slot)");
        yield return new TestCaseData(Input(Bid(1, 9) with { LeaseTermMinutes = -1 }), "minutes").SetName("{m}(negative term)");
        yield return new TestCaseData(Input([Entry(Bid(1, 9), 0)]), "units free").SetName("{m}(nothing free)");
        yield return new TestCaseData(Input([Entry(Bid(1, 9), 2)]), "units free").SetName("{m}(more free than offered)");
        yield return new TestCaseData(Input([Entry(Bid(1, 9), 1, Owner(5))]), "not distinct").SetName("{m}(counterparties of a plain offer)");
        yield return new TestCaseData(Input([Entry(Bid(1, 9) with { Distinct = true }, 1, Owner(5), Owner(5))]), "counterparties").SetName("{m}(repeated counterparties)");
        yield return new TestCaseData(Input(Bid(1, 9), Bid(2, 8) with { Owner = Owner(1), Sequence = 1 }), "sequence").SetName("{m}(twins)");
        yield return new TestCaseData(Input(Bid(1, 9) with { Side = Side.None }), "malformed").SetName("{m}(no side)");
        yield return new TestCaseData(Input(Bid(1, 9) with { Group = new byte[3] }), "malformed").SetName("{m}(short group)");
    }

    [TestCaseSource(nameof(Bad))]
    public void BadInput_IsRefusedByCheckAndByEveryRule(MatchInput input, string said)
    {
        Assert.That(MatchInputRules.Check(input, out var problem), Is.False);
        Assert.That(problem, Does.Contain(said));
        foreach (var rule in ClearingRules.All) Assert.That(() => rule.Clear(input), Throws.ArgumentException, rule.Name);
    }
}
