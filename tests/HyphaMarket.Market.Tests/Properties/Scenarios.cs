using FsCheck;
using FsCheck.Fluent;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Tests.Properties;

/// <summary>Generators of crowded little markets: few prices, owners, groups and values, so that crossings, ties and conflicts are the rule.</summary>
internal static class Scenarios
{
    /// <summary>Offers with every term there is.</summary>
    public static Arbitrary<Scenario> Rich => ScenarioOf(RichOffer, 26);

    /// <summary>Plain offers of several units; owners may be on both sides and terms may differ.</summary>
    public static Arbitrary<Scenario> Plain => ScenarioOf(PlainOffer(units: 5, owners: 6, terms: [60, 60, 60, 30]), 16);

    /// <summary>Plain offers where only price and quantity can keep two apart: bidders and askers differ, and so nobody is on both sides.</summary>
    public static Arbitrary<Scenario> PriceOnly => ScenarioOf(PlainOffer(units: 5, owners: 50, terms: [60]).Select(ApartBySide), 20);

    /// <summary>Single units, one offer an owner.</summary>
    public static Arbitrary<Scenario> Single => ScenarioOf(PlainOffer(units: 1, owners: 1, terms: [60]).Select(offer => offer with { Owner = -1 }), 12);

    private static OfferSpec ApartBySide(OfferSpec offer) => offer with { Owner = offer.Owner + (offer.Side == Side.Bid ? 0 : 1_000) };

    private static readonly Gen<string?> Region = Gen.Elements<string?>("eu", "us", "ap", null);
    private static readonly Gen<string?> Tier = Gen.Elements<string?>("a", "b", null);

    private static readonly Gen<OfferConstraint> Constraint =
        from key in Gen.Elements("region", "region", "tier", "colour")
        from negated in Gen.Elements(true, false)
        from values in Gen.SubListOf(key == "tier" ? ["a", "b"] : new[] { "ap", "eu", "us" })
        select new OfferConstraint(key, negated, values.Count > 0 ? [.. values] : ["eu"]);

    private static Gen<OfferSpec> RichOffer =>
        from plain in PlainOffer(units: 5, owners: 5, terms: [60, 60, 60, 30])
        from minimumFill in Gen.Frequency((3, Gen.Constant(1)), (2, Gen.Choose(1, plain.Quantity)))
        from distinct in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        from grouped in Gen.Frequency((1, Gen.Constant(0)), (1, Gen.Choose(1, 2)))
        from region in Region
        from tier in Tier
        from wants in Gen.Frequency((5, Gen.Constant(Array.Empty<OfferConstraint>())), (1, Constraint.ArrayOf(1)), (1, Constraint.ArrayOf(2)))
        from filledBy in Gen.Choose(0, 4).ArrayOf(2)
        select plain with { MinimumFill = distinct ? 1 : minimumFill, Distinct = distinct, Group = grouped, Region = region, Tier = tier, Wants = wants, FilledBy = filledBy };

    private static Gen<OfferSpec> PlainOffer(int units, int owners, int[] terms) =>
        from side in Gen.Elements(Side.Bid, Side.Ask)
        from owner in Gen.Choose(0, owners - 1)
        // Asks a little lower than bids: most markets cross, some do not.
        from price in side == Side.Bid ? Gen.Choose(4, 12) : Gen.Choose(1, 9)
        from quantity in Gen.Choose(1, units)
        from term in Gen.Elements(terms)
        from age in Gen.Choose(0, 3)
        from left in Gen.Choose(0, 3)
        from used in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(0, quantity - 1)))
        select new OfferSpec(0, side, owner, price, quantity, 1, term, age, left, used, false, 0, null, null, [], []);

    private static Arbitrary<Scenario> ScenarioOf(Gen<OfferSpec> offer, int most)
    {
        var gen =
            from salt in Gen.Choose(0, 1_000_000)
            from count in Gen.Choose(0, most)
            from offers in offer.ArrayOf(count)
            select new Scenario(salt, [.. offers.Select((spec, number) => spec with { Number = number, Owner = spec.Owner < 0 ? number : spec.Owner })]);
        return Arb.From(gen, Shrink);
    }

    /// <summary>Counterexamples lose one offer at a time; the others keep their ids.</summary>
    private static IEnumerable<Scenario> Shrink(Scenario scenario) =>
        scenario.Offers.Select((_, index) => scenario with { Offers = [.. scenario.Offers.Where((_, other) => other != index)] });
}
