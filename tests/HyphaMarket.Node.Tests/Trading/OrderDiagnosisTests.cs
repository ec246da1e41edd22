using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Trading.Explaining;

namespace HyphaMarket.Node.Tests.Trading;

public sealed class OrderDiagnosisTests
{
    private static readonly LevelView[] Bids = [new(30, 2, 1), new(20, 1, 1), new(10, 1, 1)];
    private static readonly LevelView[] Asks = [new(40, 1, 1), new(50, 5, 2)];

    [Test]
    public void Bid_WithoutAsks_CannotBeHelpedByAPrice()
    {
        var found = OrderDiagnosis.Of(Order("bid", 20), Book(Bids, []), slot: 100);
        Assert.That((found.Code, found.ChangePriceMicros), Is.EqualTo((OrderExplanation.OtherSideEmpty, (long?)null)));
    }

    [Test]
    public void Bid_BelowTheAsks_IsToldThePriceThatCoversItAndAllAheadOfIt()
    {
        // At 40 one ask is for the two bids at 30 neither of which comes before 40: one unit covers this order.
        var found = OrderDiagnosis.Of(Order("bid", 20), Book(Bids, Asks), slot: 100);
        Assert.That((found.Code, found.Ahead, found.Tied, found.Within, found.ChangePriceMicros), Is.EqualTo((OrderExplanation.LimitNotCrossed, 2UL, 0UL, 0UL, (long?)40)));
        Assert.That(found.Reason, Does.Contain("0.000040").And.Contain("0.000020"));

        found = OrderDiagnosis.Of(Order("bid", 20, quantity: 2), Book([new(30, 2, 1), new(20, 2, 1)], Asks), slot: 100);
        Assert.That(found.ChangePriceMicros, Is.EqualTo(50), "one unit at 40 is not two");
    }

    [Test]
    public void Bid_BehindBetterOnes_IsToldToPassThem()
    {
        // One ask at 5; the bid at 30 takes it.
        var found = OrderDiagnosis.Of(Order("bid", 20), Book([new(30, 1, 1), new(20, 3, 2)], [new(5, 1, 1)]), slot: 100);
        Assert.That((found.Code, found.Ahead, found.Tied, found.ChangePriceMicros), Is.EqualTo((OrderExplanation.BehindOthers, 1UL, 2UL, (long?)31)));
    }

    [Test]
    public void Bid_ForMoreThanThereIs_IsToldThatNoPriceFillsIt()
    {
        var found = OrderDiagnosis.Of(Order("bid", 20, quantity: 9), Book(Bids, Asks), slot: 100);
        Assert.That((found.Code, found.ChangePriceMicros), Is.EqualTo((OrderExplanation.LimitNotCrossed, (long?)null)));
        Assert.That(found.Change, Does.Contain("6 units").And.Contain("fewer"));
    }

    [Test]
    public void Ask_IsTheMirrorOfABid()
    {
        var found = OrderDiagnosis.Of(Order("ask", 50), Book(Bids, Asks), slot: 100);
        Assert.That((found.Code, found.Ahead, found.Tied, found.ChangePriceMicros), Is.EqualTo((OrderExplanation.LimitNotCrossed, 1UL, 4UL, (long?)30)));
        found = OrderDiagnosis.Of(Order("ask", 20), Book([new(30, 1, 1)], [new(10, 1, 1), new(20, 1, 1)]), slot: 100);
        Assert.That((found.Code, found.ChangePriceMicros), Is.EqualTo((OrderExplanation.BehindOthers, (long?)9)));
    }

    [TestCase(3, OrderExplanation.NextSlot)]
    [TestCase(4, OrderExplanation.TermsExclude)]
    public void OrderThatCouldMatch_WaitsForItsSlot_ThenItsTermsAreBlamed(int slot, string code)
    {
        var found = OrderDiagnosis.Of(Order("bid", 45), Book([new(45, 1, 1)], Asks), slot);
        Assert.That((found.Code, found.Within), Is.EqualTo((code, 1UL)));
    }

    [TestCase(OrderState.Filled, OrderExplanation.Filled)]
    [TestCase(OrderState.Cancelled, OrderExplanation.Cancelled)]
    [TestCase(OrderState.Expired, OrderExplanation.Expired)]
    [TestCase(OrderState.Submitting, OrderExplanation.Submitting)]
    [TestCase(OrderState.Refused, "insufficient-work")]
    public void OrderThatDoesNotRest_IsExplainedWithoutABook(string state, string code) =>
        Assert.That(OrderDiagnosis.Of(Order("bid", 20) with { State = state, Reason = "insufficient-work", Hint = "More work is wanted." }, null, 100).Code, Is.EqualTo(code));

    [Test]
    public void OrderThatIsMatchedWhole_Settles_AndOneWithoutABook_IsUnknown()
    {
        Assert.That(OrderDiagnosis.Of(Order("bid", 20) with { State = OrderState.Matched, Filled = 1 }, null, 100).Code, Is.EqualTo(OrderExplanation.Settling));
        Assert.That(OrderDiagnosis.Of(Order("bid", 20), null, 100).Code, Is.EqualTo(OrderExplanation.BookUnknown));
    }

    private static OrderView Order(string side, long price, int quantity = 1) => new()
    {
        Id = "aa", Market = "x", Side = side, State = OrderState.Open, PriceMicros = price, Quantity = quantity, TermMinutes = 60, FirstSlot = 0, LastSlot = 500,
    };

    private static QuoteView Book(LevelView[] bids, LevelView[] asks) => new() { Market = "x", Slot = 1, Bids = bids, Asks = asks };
}
