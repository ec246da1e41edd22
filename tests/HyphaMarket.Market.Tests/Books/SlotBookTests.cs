using System.Security.Cryptography;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using static HyphaMarket.Market.Tests.TestOffers;

namespace HyphaMarket.Market.Tests.Books;

public sealed class SlotBookTests
{
    private static SlotBook BookOf(params Offer[] offers) => BookOf(offer => offer.Quantity, offers);

    private static SlotBook BookOf(Func<Offer, int> free, params Offer[] offers)
    {
        var store = new OfferStore(TestOffers.Market, 16);
        foreach (var offer in offers) store.Add(offer);
        return store.BookAt(MatchSlot, 8, offer => Availability.Of(free(offer)));
    }

    [Test]
    public void Depth_GathersOffersOfOnePrice()
    {
        var book = BookOf(Bid(1, 7, 2), Bid(2, 7, 3), Bid(3, 6), Bid(4, 5));
        Assert.That(book.Depth(Side.Bid, 2), Is.EqualTo(new[] { new BookLevel(new MicroCredits(7), 5, 2), new BookLevel(new MicroCredits(6), 1, 1) }));
        Assert.That(book.UnitsOf(Side.Bid), Is.EqualTo(7));
        Assert.That(book.Depth(Side.Bid, 0), Is.Empty);
    }

    [Test]
    public void Digest_IsOverIdsWithFreeQuantitiesSortedById()
    {
        var book = BookOf(offer => offer.Quantity == 3 ? 2 : 1, Bid(1, 5, 3), Ask(2, 7));
        var expected = new[] { (Id: Id(1), Free: (byte)2), (Id: Id(2), Free: (byte)1) }.OrderBy(pair => pair.Id).SelectMany(pair => pair.Id.ToArray().Concat(new byte[] { 0, 0, 0, pair.Free }));
        Assert.That(book.Digest().ToArray(), Is.EqualTo(SHA256.HashData([.. expected])));
    }

    [Test]
    public void Entries_AreBothSidesSortedById()
    {
        var book = BookOf(Bid(1, 5), Ask(4, 1), Ask(2, 3));
        Assert.That(book.Entries.Select(entry => entry.Offer.Id), Is.EqualTo(new[] { Id(1), Id(2), Id(4) }.Order()));
        Assert.That(book.Count, Is.EqualTo(3));
    }

    [Test]
    public void Entries_AreSortedById_EvenWhereIdsBeginAlike()
    {
        var (random, bytes) = (new Random(5), new byte[Hash256.Size]);
        var offers = Enumerable.Range(1, 12).Select(number =>
        {
            // Of four the first eight bytes are the same.
            random.NextBytes(bytes.AsSpan(8));
            bytes[0] = (byte)(number / 4);
            return (number % 2 == 0 ? Bid(number, 3) : Ask(number, 9)) with { Id = new OfferId(new Hash256(bytes)) };
        }).ToArray();
        Assert.That(BookOf(offers).Entries.Select(entry => entry.Offer.Id), Is.EqualTo(offers.Select(offer => offer.Id).Order()));
    }

    [Test]
    public void Snapshot_TellsBestPricesUnitsAndDigest()
    {
        var book = BookOf(Bid(1, 5), Bid(2, 4, 3), Ask(3, 7, 2));
        var snapshot = book.Snapshot(MatchSlot.Next, 1);
        Assert.Multiple(() =>
        {
            Assert.That(snapshot.Slot, Is.EqualTo(MatchSlot.Next));
            Assert.That(snapshot.BestBid!.Value.Price.Value, Is.EqualTo(5));
            Assert.That(snapshot.BestAsk!.Value.Price.Value, Is.EqualTo(7));
            Assert.That(snapshot.Bids, Has.Count.EqualTo(1));
            Assert.That(snapshot.BidUnits, Is.EqualTo(4));
            Assert.That(snapshot.AskUnits, Is.EqualTo(2));
            Assert.That(snapshot.Offers, Is.EqualTo(3));
            Assert.That(snapshot.Digest, Is.EqualTo(book.Digest()));
        });
    }
}
