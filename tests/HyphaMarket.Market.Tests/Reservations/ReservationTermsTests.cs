using FsCheck;
using FsCheck.Fluent;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Reservations;
using HyphaMarket.Market.Tests.Properties;

namespace HyphaMarket.Market.Tests.Reservations;

[TestFixture]
public sealed class ReservationTermsTests
{
    /// <summary>The paper's case: C = 2, k = 1.5, F = 0.01; a unit costs one credit.</summary>
    internal static readonly ReservationTerms Paper = new() { UnitPrice = new(1_000_000), LaterPrice = new(2_000_000), SlopeMillionths = 1_500_000, Fee = new(10_000) };

    // By hand: 0.75 q^2 and 1.75 - 1.5 q credits.
    [TestCase(0, 0, 1_750_000)]
    [TestCase(200_000, 30_000, 1_450_000)]
    [TestCase(560_000, 235_200, 910_000)]
    [TestCase(800_000, 480_000, 550_000)]
    [TestCase(1_000_000, 750_000, 250_000)]
    // 0.75 * 0.000001^2 of a credit is less than a micro-credit, and 1.75 - 0.0000015 = 1.7499985.
    [TestCase(1, 1, 1_749_999)]
    public void PremiumAndExercisePrice_OfThePapersCase_AreThoseOfItsFormulas(int declared, long premium, long exercisePrice)
    {
        Assert.That(Paper.Premium(new Probability(declared)), Is.EqualTo(new MicroCredits(premium)));
        Assert.That(Paper.ExercisePrice(new Probability(declared)), Is.EqualTo(new MicroCredits(exercisePrice)));
    }

    // By hand, k = 2, a unit costs 7 micro-credits: 7 q^2 and 14 - 14 q, rounded up.
    [TestCase(0, 0, 14)]
    [TestCase(500_000, 2, 7)]
    [TestCase(600_000, 3, 6)]
    [TestCase(1_000_000, 7, 0)]
    public void SmallPrices_AreRoundedUp(int declared, long premium, long exercisePrice)
    {
        var terms = new ReservationTerms { UnitPrice = new(7), LaterPrice = new(14), SlopeMillionths = 2_000_000 };
        terms.Validate();
        Assert.That(terms.Premium(new Probability(declared)).Value, Is.EqualTo(premium));
        Assert.That(terms.ExercisePrice(new Probability(declared)).Value, Is.EqualTo(exercisePrice));
    }

    [Test]
    public void ExpectedCost_IsFeePremiumAndTheExercisePriceAsOftenAsItIsPaid() =>
        // 0.01 + 0.48 + 0.5 * 0.55 = 0.765 credits.
        Assert.That(Paper.ExpectedCost(used: new(500_000), declared: new(800_000)), Is.EqualTo((Int128)765_000 * 1_000_000));

    [Test]
    public void Truth_IsCheapest_WhateverTheTerms_UpToRounding() => SeededCheck.ForAll(AnyCase, sample =>
    {
        var (terms, used, declared) = sample;
        // Each of the two prices is less than a micro-credit too dear, at truth as at a lie.
        var truth = terms.ExpectedCost(used, used);
        var gain = truth - terms.ExpectedCost(used, declared);
        return gain < 2 * (Int128)Probability.Certain;
    }, 3_000);

    [Test]
    public void ALie_CostsHalfKTimesItsSquare_UpToRounding() => SeededCheck.ForAll(AnyCase, sample =>
    {
        var (terms, used, declared) = sample;
        var lie = (double)(declared.Millionths - used.Millionths) / Probability.Certain;
        var expected = terms.SlopeMillionths / 1e6 / 2 * lie * lie * terms.UnitPrice.Value;
        var extra = (double)(terms.ExpectedCost(used, declared) - terms.ExpectedCost(used, used)) / Probability.Certain;
        return Math.Abs(extra - expected) < 2 + (expected * 1e-9);
    }, 3_000);

    [Test]
    public void WhoeverDeclaresMore_PaysNoLessNow_AndNoMoreLater() => SeededCheck.ForAll(AnyCase, sample =>
    {
        var (terms, one, other) = sample;
        var (low, high) = one < other ? (one, other) : (other, one);
        return terms.Premium(low) <= terms.Premium(high) && terms.ExercisePrice(low) >= terms.ExercisePrice(high) && terms.ExercisePrice(high).Value >= 0 && terms.ExercisePrice(low) <= terms.LaterPrice;
    }, 3_000);

    [Test]
    public void EveryTrueProbability_OfThePapersCase_IsDeclaredCheapestWithinATwoThousandth()
    {
        for (var used = 0; used <= Probability.Certain; used += 50_000)
        {
            // k d^2 / 2 of a million micro-credits is two, the most that rounding hides, at d = 0.0016.
            var cheapest = Enumerable.Range(0, 1_001).Select(i => new Probability(i * 1_000)).MinBy(declared => Paper.ExpectedCost(new Probability(used), declared));
            Assert.That(cheapest.Millionths, Is.EqualTo(used).Within(2_000), $"p = {used} millionths");
        }
    }

    [Test]
    public void TermsThatCannotWork_AreRefused_WithASentence()
    {
        Assert.That(Paper.Validate, Throws.Nothing);
        Refused(Paper with { UnitPrice = new(0) }, "at least one micro-credit");
        Refused(Paper with { Fee = new(-1) }, "cannot be negative");
        Refused(Paper with { SlopeMillionths = 0 }, "more than 0 and at most 2");
        Refused(Paper with { SlopeMillionths = 2_000_001 }, "more than 0 and at most 2");
        Refused(Paper with { LaterPrice = new(1_749_999) }, "nobody would hold");
        Refused(Paper with { MaxReservations = 0 }, "at least one reservation");
        Refused(Paper with { UnitPrice = new(long.MaxValue / 4), LaterPrice = new(long.MaxValue / 2) }, "63 bits");
    }

    [TestCase(-1)]
    [TestCase(1_000_001)]
    public void Probability_BelowNothingOrAboveCertain_IsRefused(int millionths) =>
        Assert.That(() => new Probability(millionths), Throws.TypeOf<ArgumentOutOfRangeException>());

    [TestCase(0, "0.000000")]
    [TestCase(56, "0.000056")]
    [TestCase(1_000_000, "1.000000")]
    public void Probability_IsWrittenAsADecimalFraction(int millionths, string text) => Assert.That(new Probability(millionths).ToString(), Is.EqualTo(text));

    private static Arbitrary<(ReservationTerms Terms, Probability Used, Probability Declared)> AnyCase => Arb.From(
        from unit in Gen.OneOf(Gen.Choose(1, 100), Gen.Choose(1, 100_000_000))
        from slope in Gen.Choose(1, 2_000_000)
        from fee in Gen.Choose(0, 1_000_000)
        from used in AnyProbability
        from declared in AnyProbability
        select (new ReservationTerms { UnitPrice = new(unit), LaterPrice = new(2L * unit), SlopeMillionths = slope, Fee = new(fee) }, used, declared));

    private static Gen<Probability> AnyProbability => Gen.OneOf(Gen.Choose(0, Probability.Certain), Gen.Elements(0, 1, 500_000, Probability.Certain)).Select(millionths => new Probability(millionths));

    private static void Refused(ReservationTerms terms, string because) => Assert.That(terms.Validate, Throws.ArgumentException.With.Message.Contains(because));
}
