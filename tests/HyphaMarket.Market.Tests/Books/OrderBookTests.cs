using HyphaMarket.Market.Books;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using static HyphaMarket.Market.Tests.TestOffers;

namespace HyphaMarket.Market.Tests.Books;

public sealed class OrderBookTests
{
    private static BookHandle Add(OrderBook book, Offer offer)
    {
        Assert.That(book.Add(BookOffer.Of(offer, (int)offer.Sequence, offer.Quantity), out var handle), Is.EqualTo(BookOutcome.Added));
        return handle;
    }

    private static BookHandle[] Fill(OrderBook book, params Offer[] offers) => [.. offers.Select(offer => Add(book, offer))];

    [Test]
    public void BestPrice_IsTheDearestBidAndTheCheapestAsk()
    {
        var book = new OrderBook(8);
        Assert.That(book.BestPrice(Side.Bid), Is.Null);
        var handles = Fill(book, Bid(1, 5), Bid(2, 7), Bid(3, 6), Ask(4, 5), Ask(5, 7), Ask(6, 4));
        Assert.That(book.BestPrice(Side.Bid)!.Value.Value, Is.EqualTo(7));
        Assert.That(book.BestPrice(Side.Ask)!.Value.Value, Is.EqualTo(4));
        book.Cancel(handles[1]);
        book.Cancel(handles[5]);
        Assert.That(book.BestPrice(Side.Bid)!.Value.Value, Is.EqualTo(6), "the next best is found when it is asked for");
        Assert.That(book.BestPrice(Side.Ask)!.Value.Value, Is.EqualTo(5));
    }

    [Test]
    public void FullSide_KeepsTheBestOfTheFixedOrder()
    {
        var book = new OrderBook(2, 1);
        var handles = Fill(book, Ask(1, 5), Ask(2, 7), Ask(3, 6));
        book.Bound();
        Assert.That(handles.Select(book.Contains), Is.EqualTo(new[] { true, false, true }));
        Assert.That(book.Add(BookOffer.Of(Ask(4, 6) with { FirstSlot = new Slot(101) }, 4, 1), out _), Is.EqualTo(BookOutcome.BelowWorst), "a later first slot at the worst price");
        Assert.That(book.Add(BookOffer.Of(Ask(5, 6) with { FirstSlot = new Slot(99) }, 5, 1), out _), Is.EqualTo(BookOutcome.Added), "an earlier one");
        Assert.That(book.Add(BookOffer.Of(Bid(6, 1), 6, 1), out _), Is.EqualTo(BookOutcome.Added), "the other side has room");
    }

    [Test]
    public void FullSide_WithRoomAgain_TakesWorseOnes()
    {
        var book = new OrderBook(2, 1);
        var handles = Fill(book, Ask(1, 5), Ask(2, 6), Ask(3, 7));
        book.Bound();
        Assert.That(book.Cancel(handles[0]), Is.True);
        Assert.That(book.Add(BookOffer.Of(Ask(4, 9), 4, 1), out _), Is.EqualTo(BookOutcome.Added));
    }

    [Test]
    public void Handle_OfAnOfferThatWent_FindsNothing()
    {
        var book = new OrderBook(4);
        var first = Add(book, Ask(1, 5));
        Assert.That(book.Cancel(first), Is.True);
        Assert.That(book.Cancel(first), Is.False);
        var second = Add(book, Ask(2, 6));
        Assert.That(second.Index, Is.EqualTo(first.Index), "the place is used again");
        Assert.That(book.Contains(first), Is.False);
        Assert.That(book.FreeOf(first), Is.Zero);
        Assert.That(book.Contains(second), Is.True);
        Assert.That(book.Contains(default), Is.False);
    }

    [Test]
    public void Prune_DropsWhatEndedAndTakesItBackNoMore()
    {
        var book = new OrderBook(4);
        var handles = Fill(book, Ask(1, 5) with { LastSlot = new Slot(101) }, Ask(2, 6) with { LastSlot = new Slot(102) });
        Assert.That(book.Prune(new Slot(102)), Is.EqualTo(1));
        Assert.That(handles.Select(book.Contains), Is.EqualTo(new[] { false, true }));
        Assert.That(book.Add(BookOffer.Of(Ask(1, 5) with { LastSlot = new Slot(101) }, 1, 1), out _), Is.EqualTo(BookOutcome.Expired));
        Assert.That(book.Prune(new Slot(90)), Is.Zero, "slots never go back");
        Assert.That(book.Add(BookOffer.Of(Ask(3, 5) with { LastSlot = new Slot(101) }, 3, 1), out _), Is.EqualTo(BookOutcome.Expired));
    }

    [TestCase(1_000)]
    [TestCase(1_024)]
    [TestCase(5_000)]
    public void Prune_AfterALongPause_FindsAllThatEndedMeanwhile(int slots)
    {
        var book = new OrderBook(16);
        book.Prune(new Slot(100));
        var handles = Fill(book, [.. new[] { 0, 1, slots - 1, slots, slots + 1, 3 * slots }.Select((after, number) => Ask(number, 5) with { LastSlot = new Slot(100 + after) })]);
        Assert.That(book.Prune(new Slot(100 + slots)), Is.EqualTo(3));
        Assert.That(handles.Select(book.Contains), Is.EqualTo(new[] { false, false, false, true, true, true }));
    }

    [Test]
    public void Take_LeavesTheRestAndNothingLeftTakesItOut()
    {
        var book = new OrderBook(4);
        var handles = Fill(book, Ask(1, 5, 8), Ask(2, 6));
        Assert.That(book.Take(handles[0], 5), Is.True);
        Assert.That(book.FreeOf(handles[0]), Is.EqualTo(3));
        Assert.That(book.UnitsOf(Side.Ask), Is.EqualTo(4));
        Assert.That(() => book.Take(handles[0], 4), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(book.Take(handles[0], 3), Is.True);
        Assert.That(book.Take(handles[0], 1), Is.False);
        Assert.That(book.CountOf(Side.Ask), Is.EqualTo(1));
    }

    [Test]
    public void ValuesThatNoOfferHas_AreRefused()
    {
        var book = new OrderBook(4);
        Assert.That(() => book.Add(BookOffer.Of(Ask(1, -1), 1, 1), out _), Throws.ArgumentException);
        Assert.That(() => book.Add(BookOffer.Of(Ask(1, 1L << 37), 1, 1), out _), Throws.ArgumentException);
        Assert.That(() => book.Add(BookOffer.Of(Ask(1, 5), 1, 0), out _), Throws.ArgumentException);
        Assert.That(() => book.Add(BookOffer.Of(Ask(1, 5) with { LeaseTermMinutes = -1 }, 1, 1), out _), Throws.ArgumentException);
        Assert.That(() => book.Add(BookOffer.Of(Ask(1, 5) with { FirstSlot = new Slot(-1L << 31) }, 1, 1), out _), Throws.Nothing);
        Assert.That(() => book.Add(BookOffer.Of(Ask(1, 5) with { FirstSlot = new Slot((-1L << 31) - 1) }, 1, 1), out _), Throws.ArgumentException);
        Assert.That(() => book.Add(BookOffer.Of(Ask(1, 5) with { LastSlot = new Slot(int.MaxValue) }, 1, 1), out _), Throws.ArgumentException);
        Assert.That(() => book.Add(default, out _), Throws.ArgumentException);
        Assert.That(new OfferLimits().MaxPrice.Value, Is.LessThan(1L << 37), "every price that may be offered has a key");
        Assert.That(() => new OrderBook(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new OrderBook(int.MaxValue), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new OrderBook(1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Quote_IsOneObjectUntilTheBookChanges()
    {
        var book = new OrderBook(8);
        Assert.That(book.Quote(), Is.SameAs(BookQuote.Empty));
        var handle = Add(book, Bid(1, 5, 3));
        Add(book, Ask(2, 7));
        var before = book.Quote();
        Assert.That(book.Quote(), Is.SameAs(before));
        book.Cancel(handle);
        Assert.That(before, Is.EqualTo(new BookQuote(2, new MicroCredits(5), new MicroCredits(7), 1, 1, 3, 1)));
        Assert.That(book.Quote(), Is.EqualTo(new BookQuote(3, null, new MicroCredits(7), 0, 1, 0, 1)));
    }

    [Test]
    public void Apply_TakesWhatFillsTook()
    {
        var book = new OrderBook(8);
        var handles = Fill(book, Bid(1, 9, 2), Bid(2, 8, 3), Ask(3, 1, 4), Ask(4, 9));
        var matcher = new SlotMatcher();
        book.Apply(matcher.Match(ClearingRules.PairwiseMean, book, MatchSlot, Root));
        Assert.That(handles.Select(book.FreeOf), Is.EqualTo(new[] { 0, 1, 0, 1 }));
        Assert.That(matcher.Match(ClearingRules.PairwiseMean, book, MatchSlot, Root).Length, Is.Zero);
    }

    [Test]
    public void Apply_OfAFillThatTakesMoreThanIsFree_IsRefused_AndWhatCameBeforeItIsTaken()
    {
        var book = new OrderBook(8);
        var handles = Fill(book, Bid(1, 9, 2), Bid(2, 8, 3), Ask(3, 1, 4));
        var (price, ask) = (new MicroCredits(5), handles[2].Index);
        BookFill[] fills = [new(handles[0].Index, ask, 2, price, price), new(handles[1].Index, ask, 3, price, price)];
        Assert.That(() => book.Apply(fills), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(handles.Select(book.Contains), Is.EqualTo(new[] { false, false, true }), "both bids were used up before the ask had too little");
        Assert.That(book.FreeOf(handles[2]), Is.EqualTo(2));
        Assert.That(book.BestPrice(Side.Bid), Is.Null);
    }

    [Test]
    public void OffersThatStartLater_DoNotTakePart()
    {
        var book = new OrderBook(8);
        Fill(book, Bid(1, 9) with { FirstSlot = MatchSlot.Next }, Bid(2, 8), Ask(3, 1));
        var fills = new SlotMatcher().Match(ClearingRules.PairwiseMean, book, MatchSlot, Root);
        Assert.That(fills.Length, Is.EqualTo(1));
        Assert.That(book.IdOf(Side.Bid, fills[0].Bid), Is.EqualTo(Id(2)));
    }
}
