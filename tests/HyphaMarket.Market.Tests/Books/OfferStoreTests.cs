using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using static HyphaMarket.Market.Tests.TestOffers;

namespace HyphaMarket.Market.Tests.Books;

public sealed class OfferStoreTests
{
    private static OfferStore StoreOf(int kept, params Offer[] offers)
    {
        var store = new OfferStore(TestOffers.Market, kept);
        foreach (var offer in offers) store.Add(offer);
        return store;
    }

    private static SlotBook BookAt(OfferStore store, int depth = 8) => store.BookAt(MatchSlot, depth, offer => Availability.Of(offer.Quantity));

    [Test]
    public void SlotsThatNoOfferMayHave_AreRefused()
    {
        var store = new OfferStore(TestOffers.Market, 4);
        Assert.That(() => store.Add(Ask(1, 5) with { FirstSlot = new Slot(long.MinValue) }), Throws.ArgumentException);
        Assert.That(() => store.Add(Ask(1, 5) with { LastSlot = new Slot(long.MaxValue) }), Throws.ArgumentException);
        Assert.That(store.Count, Is.Zero);
    }

    [Test]
    public void CancelledOffer_KeepsItsPlaceButLeavesTheBook()
    {
        var store = StoreOf(2, Ask(1, 5), Ask(2, 6));
        Assert.That(store.Cancel(Ask(1, 5)).Outcome, Is.EqualTo(BookOutcome.AlreadyHere));
        Assert.That(store.Count, Is.EqualTo(2));
        Assert.That(store.IsCancelled(Id(1)), Is.True);
        Assert.That(BookAt(store).EntriesOf(Side.Ask).Select(entry => entry.Offer.Sequence), Is.EqualTo(new[] { 2 }));
        Assert.That(store.Add(Ask(3, 7)).Outcome, Is.EqualTo(BookOutcome.BelowWorst), "the cancelled one still counts");
    }

    [Test]
    public void CancelBeforeItsOffer_IsRemembered()
    {
        var store = StoreOf(2);
        Assert.That(store.Cancel(Ask(1, 5)).IsAdded, Is.True);
        Assert.That(store.Add(Ask(1, 5)).Outcome, Is.EqualTo(BookOutcome.AlreadyHere));
        Assert.That(store.IsEligible(Id(1)), Is.False);
    }

    [Test]
    public void EvictedOffer_IsTold()
    {
        var store = StoreOf(2, Bid(1, 5), Bid(2, 6));
        Assert.That(store.Threshold(Side.Bid)!.Sequence, Is.EqualTo(1));
        Assert.That(store.Threshold(Side.Ask), Is.Null);
        Assert.That(store.Add(Bid(3, 7)).Evicted!.Sequence, Is.EqualTo(1));
        Assert.That(store.RankOf(Id(1)), Is.Zero);
        Assert.That(store.RankOf(Id(3)), Is.EqualTo(1));
        Assert.That(store.OffersOf(Owner(1)), Is.Empty);
    }

    [TestCase(8, 8, TestName = "Ties_AreRankedBySlotAndId_EvenWhereIdsBeginAlike (few)")]
    [TestCase(300, 3, TestName = "Ties_AreRankedBySlotAndId_EvenWhereIdsBeginAlike (many)")]
    public void Ties_AreRankedBySlotAndId_EvenWhereIdsBeginAlike(int offers, int begunAlike)
    {
        var random = new Random(offers);
        var bytes = new byte[Hash256.Size];
        var tied = Enumerable.Range(1, offers).Select(number =>
        {
            // Of so many two the first eight bytes are the same, which an owner could arrange with patience.
            random.NextBytes(bytes.AsSpan(8));
            bytes[0] = (byte)(number / begunAlike);
            return Ask(number, 5) with { Id = new OfferId(new Hash256(bytes)), FirstSlot = MatchSlot.Plus(-random.Next(2)) };
        }).ToArray();

        var store = StoreOf(offers, tied);
        store.RankAll();

        var expected = tied.Order(OfferOrder.Asks).Select(offer => offer.Id).ToArray();
        Assert.That(store.OffersOf(Side.Ask).Select(offer => offer.Id), Is.EqualTo(expected));
        Assert.That(expected.Select(store.RankOf), Is.EqualTo(Enumerable.Range(1, offers)));
    }

    [Test]
    public void OfOneOwnersOffers_TheHighestSequencesAreEligible()
    {
        var store = new OfferStore(TestOffers.Market, 100, eligiblePerOwner: 3);
        for (var number = 1; number <= 5; number++) store.Add(Ask(number, 10 - number) with { Owner = Owner(1) });
        Assert.That(Enumerable.Range(1, 5).Where(number => store.IsEligible(Id(number))), Is.EqualTo(new[] { 3, 4, 5 }));
        store.Cancel(Ask(5, 5) with { Owner = Owner(1) });
        Assert.That(Enumerable.Range(1, 5).Where(number => store.IsEligible(Id(number))), Is.EqualTo(new[] { 3, 4 }), "a cancelled one still counts among the highest");
    }

    [Test]
    public void OfTwins_OnlyTheLowestIdIsEligibleAndBothAreEvidence()
    {
        var twins = new[] { Ask(1, 5) with { Sequence = 7, Owner = Owner(9) }, Ask(2, 5) with { Sequence = 7, Owner = Owner(9) } };
        var store = StoreOf(8, twins);
        Assert.That(twins.Select(twin => twin.Id).Where(store.IsEligible), Is.EqualTo(new[] { twins.Min(twin => twin.Id) }));
        Assert.That(store.OffersOf(Owner(9), 7).Select(twin => twin.Id), Is.EqualTo(twins.Select(twin => twin.Id).Order()));
        Assert.That(store.OffersOf(Owner(9), 8), Is.Empty);
    }

    [Test]
    public void WhatEndedBeforeTheSlot_CountsNeitherAmongTheHighestNorAsATwin()
    {
        var store = new OfferStore(TestOffers.Market, 100, eligiblePerOwner: 2);
        var offers = Enumerable.Range(1, 4).Select(number => Ask(number, number) with { Owner = Owner(1) }).ToArray();
        // The latest two ended with slot 100; a broker that came later never saw them.
        offers[2] = offers[2] with { LastSlot = new Slot(100) };
        offers[3] = offers[3] with { LastSlot = new Slot(100) };
        foreach (var offer in offers) store.Add(offer);
        Assert.That(offers.Where(offer => store.IsEligible(offer.Id, new Slot(100))).Select(offer => offer.Sequence), Is.EqualTo(new[] { 3, 4 }));
        Assert.That(store.EligibleAt(Side.Ask, MatchSlot).Select(offer => offer.Sequence), Is.EqualTo(new[] { 1, 2 }));

        var twins = new[] { Ask(11, 5), Ask(12, 5) }.Select(twin => twin with { Sequence = 7, Owner = Owner(9) }).OrderBy(twin => twin.Id).ToArray();
        twins[0] = twins[0] with { LastSlot = new Slot(100) };
        foreach (var twin in twins) store.Add(twin);
        Assert.That(twins.Select(twin => store.IsEligible(twin.Id, new Slot(100))), Is.EqualTo(new[] { true, false }));
        Assert.That(twins.Select(twin => store.IsEligible(twin.Id, MatchSlot)), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public void Book_TakesTheBestEligibleWithUnitsFreeInsideTheirSlots()
    {
        var store = StoreOf(16,
            Ask(1, 1) with { FirstSlot = new Slot(102) },
            Ask(2, 2) with { LastSlot = new Slot(100) },
            Ask(3, 3),
            Ask(4, 4, 5),
            Ask(5, 5),
            Ask(6, 6));
        var book = store.BookAt(MatchSlot, 2, offer => Availability.Of(offer.Sequence == 3 ? 0 : offer.Sequence == 4 ? 2 : 1));
        Assert.That(book.EntriesOf(Side.Ask).Select(entry => entry.Offer.Sequence), Is.EqualTo(new[] { 4, 5 }));
        Assert.That(book.EntriesOf(Side.Ask)[0].FreeQuantity, Is.EqualTo(2));
    }

    [Test]
    public void WhatHasEnded_GivesWayOnAFullSide_AndStaysWhileThereIsRoom()
    {
        var store = StoreOf(2, Ask(1, 5) with { LastSlot = new Slot(101) }, Ask(2, 6));
        store.Begin(new Slot(102));
        Assert.That(store.Find(Id(1)), Is.Not.Null, "a late vote may still ask for it");
        Assert.That(store.Threshold(Side.Ask), Is.Null, "any offer has a place");
        Assert.That(store.Add(Ask(3, 9)).Evicted!.Sequence, Is.EqualTo(1), "though it ranks before both");
        Assert.That(store.Threshold(Side.Ask)!.Sequence, Is.EqualTo(3));
        Assert.That(store.Add(Ask(4, 1) with { LastSlot = new Slot(101) }).Outcome, Is.EqualTo(BookOutcome.BelowWorst), "what has ended takes no place from what has not");
        Assert.That(store.OffersOf(Side.Ask).Select(offer => offer.Sequence), Is.EqualTo(new[] { 2, 3 }));
    }

    [Test]
    public void Expire_LeavesWhatAStoreHasThatNeverSawTheEnded([Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        // Few owners and few sequences: many twins, chains of which the first, the last or all end.
        var offers = Enumerable.Range(1, 400).Select(number => TestOffers.Make(random.Next(2) == 0 ? Side.Bid : Side.Ask, number, random.Next(1, 50), random.Next(1, 4)) with
        {
            Owner = Owner(random.Next(6)),
            Sequence = (ulong)random.Next(40),
            LastSlot = new Slot(random.Next(100, 108)),
        }).ToArray();
        var store = StoreOf(1_000, offers);
        for (var slot = 100; slot <= 109; slot++)
        {
            var left = offers.Where(offer => offer.LastSlot >= new Slot(slot)).ToArray();
            var other = StoreOf(1_000, left);
            var ended = store.Expire(new Slot(slot));
            Assert.That(ended.Select(stored => stored.Offer), Is.EquivalentTo(offers.Where(offer => offer.LastSlot == new Slot(slot - 1))), $"seed {seed}, slot {slot}");
            Assert.That((store.Count, store.OffersOf(Side.Bid), store.OffersOf(Side.Ask)), Is.EqualTo((left.Length, other.OffersOf(Side.Bid), other.OffersOf(Side.Ask))));
            foreach (var owner in Enumerable.Range(0, 6).Select(Owner))
            {
                Assert.That(store.OffersOf(owner), Is.EqualTo(other.OffersOf(owner)), $"seed {seed}, slot {slot}");
                Assert.That(store.KeptOf(owner), Is.EqualTo(other.KeptOf(owner)));
                for (var sequence = 0ul; sequence < 40; sequence++) Assert.That(store.OffersOf(owner, sequence), Is.EqualTo(other.OffersOf(owner, sequence)));
            }

            Assert.That(offers.Where(offer => store.IsEligible(offer.Id)), Is.EqualTo(left.Where(offer => other.IsEligible(offer.Id))));
        }
    }

    [Test]
    public void Expire_MakesRoomAndForgetsTheCancel()
    {
        var store = StoreOf(1, Ask(1, 5) with { LastSlot = new Slot(101) });
        store.Cancel(Ask(1, 5) with { LastSlot = new Slot(101) });
        Assert.That(store.Expire(new Slot(102)).Select(stored => stored.Offer.Sequence), Is.EqualTo(new[] { 1 }));
        Assert.That(store.IsCancelled(Id(1)), Is.False);
        Assert.That(store.Add(Ask(1, 5) with { LastSlot = new Slot(101) }).Outcome, Is.EqualTo(BookOutcome.Expired));
        Assert.That(store.Add(Ask(2, 9)).IsAdded, Is.True);
    }
}
