using System.Security.Cryptography;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using static HyphaMarket.Market.Tests.TestOffers;

namespace HyphaMarket.Market.Tests.Books;

public sealed class OrderBookTests
{
    private static OrderBook BookOf(int depth, params Offer[] offers)
    {
        var book = new OrderBook(TestOffers.Market, depth);
        foreach (var offer in offers) book.Add(offer);
        return book;
    }

    private static IEnumerable<ulong> Order(OrderBook book, Side side) => book.OffersOf(side).Select(offer => offer.Sequence);

    [Test]
    public void Bids_DescendAndAsksAscend()
    {
        var book = BookOf(8, Bid(1, 5), Bid(2, 7), Bid(3, 6), Ask(4, 5), Ask(5, 7), Ask(6, 6));
        Assert.That(Order(book, Side.Bid), Is.EqualTo(new[] { 2, 3, 1 }));
        Assert.That(Order(book, Side.Ask), Is.EqualTo(new[] { 4, 6, 5 }));
        Assert.That(book.BestBid!.LimitPrice.Value, Is.EqualTo(7));
        Assert.That(book.BestAsk!.LimitPrice.Value, Is.EqualTo(5));
    }

    [Test]
    public void Ties_GoToTheEarlierFirstSlotThenToTheLowerId()
    {
        Offer[] tied = [Bid(1, 5), Bid(2, 5), Bid(3, 5)];
        var early = Bid(4, 5) with { FirstSlot = new Slot(99) };
        var book = BookOf(8, [.. tied, early]);
        Assert.That(book.OffersOf(Side.Bid).Select(offer => offer.Id), Is.EqualTo(new[] { early.Id }.Concat(tied.Select(offer => offer.Id).Order())));
    }

    [Test]
    public void BetterOffer_PushesTheWorstOutAndSaysSo()
    {
        var book = BookOf(2, Ask(1, 5), Ask(2, 7));
        var change = book.Add(Ask(3, 6));
        Assert.That(change.Outcome, Is.EqualTo(BookOutcome.Added));
        Assert.That(change.Evicted!.Sequence, Is.EqualTo(2));
        Assert.That(Order(book, Side.Ask), Is.EqualTo(new[] { 1, 3 }));
        Assert.That(book.Find(Id(2)), Is.Null);
    }

    [Test]
    public void WorseOffer_ThanAFullSide_StaysOut()
    {
        var book = BookOf(2, Ask(1, 5), Ask(2, 6));
        Assert.That(book.Add(Ask(3, 7)), Is.EqualTo(new BookChange(BookOutcome.BelowWorst, null)));
        Assert.That(book.Add(Bid(4, 1)).IsAdded, Is.True, "the other side has room");
    }

    [Test]
    public void SameOfferTwice_IsThereOnce()
    {
        var book = BookOf(2, Ask(1, 5));
        Assert.That(book.Add(Ask(1, 5)).Outcome, Is.EqualTo(BookOutcome.AlreadyHere));
        Assert.That(book.Count, Is.EqualTo(1));
    }

    [Test]
    public void Cancel_TakesItOutOnce()
    {
        var book = BookOf(4, Ask(1, 5), Ask(2, 6));
        Assert.That(book.Cancel(Id(1)), Is.True);
        Assert.That(book.Cancel(Id(1)), Is.False);
        Assert.That(Order(book, Side.Ask), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void Expire_PrunesWhatEndedAndTakesItBackNoMore()
    {
        var book = BookOf(4, Ask(1, 5) with { LastSlot = new Slot(101) }, Ask(2, 6) with { LastSlot = new Slot(102) });
        Assert.That(book.Expire(new Slot(102)).Select(offer => offer.Sequence), Is.EqualTo(new[] { 1 }));
        Assert.That(Order(book, Side.Ask), Is.EqualTo(new[] { 2 }));
        Assert.That(book.Add(Ask(1, 5) with { LastSlot = new Slot(101) }).Outcome, Is.EqualTo(BookOutcome.Expired));
        Assert.That(book.Expire(new Slot(90)), Is.Empty, "slots never go back");
        Assert.That(book.Add(Ask(3, 5) with { LastSlot = new Slot(101) }).Outcome, Is.EqualTo(BookOutcome.Expired));
    }

    [Test]
    public void PartialFill_LeavesTheRestInItsPlaceAndNothingLeftTakesItOut()
    {
        var book = BookOf(4, Ask(1, 5, 8), Ask(2, 6));
        Assert.That(book.SetAvailable(Id(1), Availability.Of(3)), Is.True);
        Assert.That(book.Depth(Side.Ask, 1), Is.EqualTo(new[] { new BookLevel(new MicroCredits(5), 3, 1) }));
        Assert.That(book.RankOf(Id(1)), Is.EqualTo(1));
        Assert.That(book.SetAvailable(Id(1), Availability.Of(0)), Is.True);
        Assert.That(Order(book, Side.Ask), Is.EqualTo(new[] { 2 }));
        Assert.That(book.SetAvailable(Id(1), Availability.Of(1)), Is.False);
    }

    [Test]
    public void MoreUnitsThanOffered_AreRefused()
    {
        var book = BookOf(4, Ask(1, 5, 8));
        Assert.That(() => book.SetAvailable(Id(1), Availability.Of(9)), Throws.ArgumentException);
        Assert.That(() => book.Add(Ask(2, 5), Availability.Of(2)), Throws.ArgumentException);
        Assert.That(() => book.Add(Ask(3, 5) with { Market = new MarketId(Root) }), Throws.ArgumentException);
    }

    [Test]
    public void Depth_GathersOffersOfOnePrice()
    {
        var book = BookOf(8, Bid(1, 7, 2), Bid(2, 7, 3), Bid(3, 6), Bid(4, 5));
        Assert.That(book.Depth(Side.Bid, 2), Is.EqualTo(new[] { new BookLevel(new MicroCredits(7), 5, 2), new BookLevel(new MicroCredits(6), 1, 1) }));
        Assert.That(book.UnitsOf(Side.Bid), Is.EqualTo(7));
        Assert.That(book.Depth(Side.Bid, 0), Is.Empty);
    }

    [Test]
    public void Rank_IsThePlaceOnItsSideFromOne()
    {
        var book = BookOf(8, Bid(1, 5), Bid(2, 7), Ask(3, 9));
        Assert.That(new[] { book.RankOf(Id(2)), book.RankOf(Id(1)), book.RankOf(Id(3)), book.RankOf(Id(4)) }, Is.EqualTo(new[] { 1, 2, 1, 0 }));
    }

    [Test]
    public void Digest_IsOverIdsWithFreeQuantitiesSortedById()
    {
        var book = BookOf(8, Bid(1, 5, 3), Ask(2, 7));
        book.SetAvailable(Id(1), Availability.Of(2));
        var expected = new[] { (Id: Id(1), Free: (byte)2), (Id: Id(2), Free: (byte)1) }.OrderBy(pair => pair.Id).SelectMany(pair => pair.Id.ToArray().Concat(new byte[] { 0, 0, 0, pair.Free }));
        Assert.That(book.Digest().ToArray(), Is.EqualTo(SHA256.HashData([.. expected])));
    }

    [Test]
    public void EntriesAt_AreWhatMayTradeInTheSlotSortedById()
    {
        var book = BookOf(8, Bid(1, 5), Bid(2, 6) with { FirstSlot = new Slot(102) }, Ask(3, 7) with { LastSlot = new Slot(100) }, Ask(4, 1));
        Assert.That(book.EntriesAt(MatchSlot).Select(entry => entry.Offer.Id), Is.EqualTo(new[] { Id(1), Id(4) }.Order()));
    }

    [Test]
    public void Snapshot_DoesNotChangeWithTheBook()
    {
        var book = BookOf(8, Bid(1, 5), Ask(2, 7));
        var before = book.Snapshot(MatchSlot, 10);
        book.Cancel(Id(1));
        Assert.That(before.BestBid!.Value.Price.Value, Is.EqualTo(5));
        Assert.That(before.Offers, Is.EqualTo(2));
        Assert.That(book.Snapshot(MatchSlot, 10).BestBid, Is.Null);
        Assert.That(book.Snapshot(MatchSlot, 10).Digest, Is.Not.EqualTo(before.Digest));
    }
}
