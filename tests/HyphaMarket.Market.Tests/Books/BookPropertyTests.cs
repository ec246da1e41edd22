using FsCheck;
using FsCheck.Fluent;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Market.Tests.Matching;
using HyphaMarket.Market.Tests.Properties;

namespace HyphaMarket.Market.Tests.Books;

public sealed class BookPropertyTests
{
    /// <summary>Small, so that offers fall out all the time.</summary>
    private const int Kept = 5;

    [Test]
    public void Store_IsTheSameWhateverTheOrderOfArrival()
    {
        var evictions = 0;
        SeededCheck.ForAll(Scenarios.Rich, scenario =>
        {
            var random = new Random(scenario.Salt);
            // Few owners and sequences: twins, and more than two sequences of an owner.
            var offers = scenario.Offers.Select(spec => spec.ToOffer(scenario.Salt) with { Sequence = (ulong)(spec.Number % 7) }).ToArray();
            var cancelled = offers.Where((_, index) => (scenario.Salt >> (index % 16) & 1) == 1).ToArray();
            var events = offers.Select(offer => (Offer: offer, IsCancel: false)).Concat(cancelled.Select(offer => (Offer: offer, IsCancel: true))).ToArray();
            var expected = Describe(Fill(events));
            for (var i = 0; i < 5; i++)
            {
                random.Shuffle(events);
                if (Describe(Fill(events)) != expected) return false;
            }

            if (offers.Count(offer => offer.Side == Side.Bid) > Kept) evictions++;
            return true;
        }, 1_000);
        Assert.That(evictions, Is.GreaterThan(300), "else nothing ever fell out");
    }

    [Test]
    public void Store_OfTwoBrokersUnited_EqualsTheStoreThatHeardEverything() => SeededCheck.ForAll(Scenarios.Rich, scenario =>
    {
        var offers = scenario.Offers.Select(spec => (Offer: spec.ToOffer(scenario.Salt), IsCancel: false)).ToArray();
        var one = Fill(offers.Where((_, index) => index % 3 != 0));
        var other = Fill(offers.Where((_, index) => index % 3 != 1));
        var united = Fill(Kept_(one).Concat(Kept_(other)));
        return Describe(united) == Describe(Fill(offers));

        static IEnumerable<(Offer, bool)> Kept_(OfferStore store) => store.OffersOf(Side.Bid).Concat(store.OffersOf(Side.Ask)).Select(offer => (offer, false));
    }, 1_000);

    [Test]
    public void Matching_IsTheSameWhateverTheOrderOfArrival() => SeededCheck.ForAll(Scenarios.Rich, scenario =>
    {
        var specs = scenario.Offers.ToArray();
        var expected = Matched(scenario, specs);
        new Random(scenario.Salt).Shuffle(specs);
        return Matched(scenario, specs).AsSpan().SequenceEqual(expected);
    }, 1_000);

    /// <summary>Adds, cancels, part fills and expiry in any order, against a list that is sorted anew each time.</summary>
    [Test]
    public void Book_AfterAnyOperations_EqualsASortedListAndMatchesLikeIt()
    {
        var fills = 0;
        var matcher = new SlotMatcher();
        SeededCheck.ForAll(Arb.From(Runs), run =>
        {
            var (scenario, kinds, targets) = run;
            var twins = new BookTwins(scenario, new OrderBook(Kept, 1), new NaiveBook(Kept));
            for (var i = 0; i < kinds.Length && scenario.Offers.Length > 0; i++)
            {
                twins.Apply(kinds[i], targets[i]);
                // Bounded at once, the book is what the list is at every moment.
                twins.Book.Bound();
                if (!twins.Held().SequenceEqual(twins.Model.Ids().Order())) return false;
            }

            var naive = NaiveMatcher.PairwiseMean(new MatchInput(TestOffers.MatchSlot, TestOffers.Root, twins.Model.EntriesAt(TestOffers.MatchSlot)));
            fills += naive.Count;
            var matched = matcher.Match(ClearingRules.PairwiseMean, twins.Book, TestOffers.MatchSlot, TestOffers.Root);
            return FillBytes.Encode(twins.Named(matched)).AsSpan().SequenceEqual(FillBytes.Encode(naive));
        }, 1_000);
        TestContext.Out.WriteLine($"{fills} fills");
        Assert.That(fills, Is.GreaterThan(300));
    }

    /// <summary>Bounded late, a book may still hold what a list dropped before somebody else went: never worse offers, and never fewer.</summary>
    [Test]
    public void BookBoundedLate_IsNowhereWorseThanOneBoundedAtOnce()
    {
        SeededCheck.ForAll(Arb.From(Runs), run =>
        {
            var (scenario, kinds, targets) = run;
            var twins = new BookTwins(scenario, new OrderBook(Kept, 3), new NaiveBook(Kept));
            for (var i = 0; i < kinds.Length && scenario.Offers.Length > 0; i++) twins.Apply(kinds[i], targets[i]);
            twins.Book.Bound();
            foreach (var side in new[] { Side.Bid, Side.Ask })
            {
                var held = twins.HeldOffers(side).Order(OfferOrder.Of(side)).ToArray();
                var expected = twins.Model.Offers(side).Order(OfferOrder.Of(side)).ToArray();
                if (held.Length < expected.Length || held.Length > Kept) return false;
                if (expected.Where((offer, rank) => OfferOrder.Of(side).Compare(held[rank], offer) > 0).Any()) return false;
            }

            return true;
        }, 1_000);
    }

    private static Gen<(Scenario, BookStep[], int[])> Runs =>
        from scenario in Scenarios.Rich.Generator
        from kind in Gen.Frequency((5, Gen.Constant(BookStep.Add)), (2, Gen.Constant(BookStep.Cancel)), (2, Gen.Constant(BookStep.Use)), (1, Gen.Constant(BookStep.Expire))).ArrayOf(40)
        from target in Gen.Choose(0, 99).ArrayOf(40)
        select (scenario, kind, target);

    private static OfferStore Fill(IEnumerable<(Offer Offer, bool IsCancel)> events)
    {
        var store = new OfferStore(TestOffers.Market, Kept, eligiblePerOwner: 2);
        foreach (var (offer, isCancel) in events)
        {
            if (isCancel) store.Cancel(offer);
            else store.Add(offer);
        }

        return store;
    }

    private static string Describe(OfferStore store)
    {
        var kept = store.OffersOf(Side.Bid).Concat(store.OffersOf(Side.Ask)).Select(offer => $"{offer.Id} {store.IsCancelled(offer.Id)} {store.IsEligible(offer.Id)} {store.RankOf(offer.Id)}");
        return string.Join('\n', kept) + store.BookAt(TestOffers.MatchSlot, 3, offer => Availability.Of(offer.Quantity)).Digest();
    }

    private static byte[] Matched(Scenario scenario, OfferSpec[] order)
    {
        var store = new OfferStore(TestOffers.Market, 8);
        foreach (var spec in order) store.Add(spec.ToOffer(scenario.Salt));
        var entries = order.ToDictionary(spec => spec.ToOffer(scenario.Salt).Id, spec => spec.ToEntry(scenario.Salt));
        var book = store.BookAt(TestOffers.MatchSlot, 6, offer => new Availability(entries[offer.Id].FreeQuantity, entries[offer.Id].FilledOwners));
        return FillBytes.Encode(ClearingRules.PairwiseMean.Clear(new MatchInput(TestOffers.MatchSlot, TestOffers.Root, book.Entries)));
    }
}
