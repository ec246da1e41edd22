using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Instruments;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Profiles;
using static HyphaMarket.Market.Tests.TestOffers;

namespace HyphaMarket.Market.Tests.Instruments;

public sealed class InstrumentTests
{
    private static readonly ComputeProfile Profile = ProfileCatalogue.BuiltIn.Profiles[0];
    private static readonly InstrumentRegistry Registry = new([new SpotInstrumentKind(ProfileCatalogue.BuiltIn), new DeliveryHourKind()]);

    [Test]
    public void SpotMarket_HasTheProfilesIdAsItsId()
    {
        foreach (var profile in ProfileCatalogue.BuiltIn.Profiles)
        {
            Assert.That(new SpotInstrument(profile).Market.Value, Is.EqualTo(profile.Id.Value), profile.Name);
        }
    }

    [Test]
    public void SpotInstrument_ReadsBackWithItsName()
    {
        var spot = new SpotInstrument(Profile);
        Assert.That(InstrumentRegistry.Default.TryParse("spot", spot.CanonicalBytes.Span, out var parsed, out var problem), Is.True, problem);
        Assert.That(parsed, Is.EqualTo(spot));
        Assert.That(parsed!.ToString(), Is.EqualTo("spot: Discovery Alpha"));
        Assert.That(parsed.ClearingRule, Is.Null, "the network's rule applies");
    }

    [Test]
    public void UnknownKindAndWrongBytes_AreRefusedWithAReason()
    {
        Assert.That(InstrumentRegistry.Default.TryParse("option", [1], out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain("\"option\"").And.Contain("spot"));
        Assert.That(InstrumentRegistry.Default.TryParse("spot", [1], out _, out problem), Is.False);
        Assert.That(problem, Does.Contain("canonical"));
    }

    [Test]
    public void TwoKindsOfOneName_AreRefused() =>
        Assert.That(() => new InstrumentRegistry([new DeliveryHourKind(), new DeliveryHourKind()]), Throws.ArgumentException);

    [Test]
    public void SecondKind_TradesFromItsBytesToItsFillsByItsOwnRule()
    {
        // Only the kind's own two classes know what a delivery hour is; the rest is what spot uses.
        var bytes = new DeliveryHour(Profile.Id, 3_600_000L * 500_000).CanonicalBytes;
        Assert.That(Registry.TryParse("delivery-hour", bytes.Span, out var instrument, out var problem), Is.True, problem);
        Assert.That(instrument!.Market, Is.Not.EqualTo(new MarketId(Profile.Id.Value)), "its market is its own");
        Assert.That(instrument.Market, Is.Not.EqualTo(new DeliveryHour(Profile.Id, 3_600_000L * 500_001).Market));

        var rule = ClearingRules.Find(instrument.ClearingRule ?? "pairwise-mean")!;
        Offer[] offers = [Bid(1, 10), Bid(2, 8), Bid(3, 3), Ask(4, 1), Ask(5, 4), Ask(6, 9)];
        offers = [.. offers.Select(offer => offer with { Market = instrument.Market })];
        Assert.That(offers.Select(offer => OfferRules.Check(offer, new OfferLimits(), rule).Reason), Is.All.EqualTo(OfferRefusal.None));

        var store = new OfferStore(instrument.Market, 64);
        foreach (var offer in offers) Assert.That(store.Add(offer).IsAdded, Is.True);
        var book = store.BookAt(MatchSlot, 8, offer => Availability.Of(offer.Quantity));
        Assert.That(book.Snapshot(MatchSlot, 5).BestBid!.Value.Price.Value, Is.EqualTo(10));

        var fills = rule.Clear(new MatchInput(MatchSlot, Root, book.Entries));
        Assert.That(Describe(fills, offers), Is.EqualTo(new[] { "bid 1 x1 ask 4 at 6/6", "bid 2 x1 ask 5 at 6/6" }));
    }

    [Test]
    public void OffersOfTwoKinds_NeverMeet()
    {
        var hour = new DeliveryHour(Profile.Id, 3_600_000);
        var store = new OfferStore(hour.Market, 8);
        Assert.That(() => store.Add(Bid(1, 5) with { Market = new SpotInstrument(Profile).Market }), Throws.ArgumentException);
    }
}
