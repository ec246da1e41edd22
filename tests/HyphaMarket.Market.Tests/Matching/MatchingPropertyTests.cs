using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Tests.Properties;

namespace HyphaMarket.Market.Tests.Matching;

public sealed class MatchingPropertyTests
{
    private const int Cases = 2_000;

    [Test]
    public void PairwiseMean_OnRichBooks_EqualsTheNaiveMatcherByteForByte() =>
        SeededCheck.ForAll(Scenarios.Rich, scenario => AreEqual(ClearingRules.PairwiseMean, NaiveMatcher.PairwiseMean, scenario), Cases);

    [Test]
    public void PairwiseMean_OnPlainBooks_EqualsTheNaiveMatcherByteForByte() =>
        SeededCheck.ForAll(Scenarios.Plain, scenario => AreEqual(ClearingRules.PairwiseMean, NaiveMatcher.PairwiseMean, scenario), Cases);

    [Test]
    public void TwoPointers_OnPriceOnlyBooks_EqualTheNaiveMatcherByteForByte() =>
        SeededCheck.ForAll(Scenarios.PriceOnly, scenario => AreEqual(ClearingRules.PairwiseMean, NaiveMatcher.PairwiseMean, scenario), Cases);

    [Test]
    public void Uniform_EqualsTheNaiveMatcherByteForByte()
    {
        SeededCheck.ForAll(Scenarios.Plain, scenario => AreEqual(ClearingRules.Uniform, NaiveMatcher.Uniform, scenario), Cases);
        SeededCheck.ForAll(Scenarios.PriceOnly, scenario => AreEqual(ClearingRules.Uniform, NaiveMatcher.Uniform, scenario), Cases);
    }

    [Test]
    public void McAfee_EqualsTheNaiveMatcherByteForByte() =>
        SeededCheck.ForAll(Scenarios.Single, scenario => AreEqual(ClearingRules.McAfee, NaiveMatcher.McAfee, scenario), Cases);

    [Test]
    public void PairwiseMean_LeavesNoCompatibleCrossingPair() => SeededCheck.ForAll(Scenarios.Rich, scenario =>
    {
        var input = scenario.ToInput();
        return !NaiveMatcher.CrossingPairsLeft(input, ClearingRules.PairwiseMean.Clear(input)).Any();
    }, Cases);

    [Test]
    public void Uniform_WhereOnlyPriceKeepsOffersApart_LeavesNoCrossingPairAndHasOnePrice() => SeededCheck.ForAll(Scenarios.PriceOnly, scenario =>
    {
        var input = scenario.ToInput();
        var fills = ClearingRules.Uniform.Clear(input);
        return !NaiveMatcher.CrossingPairsLeft(input, fills).Any()
            && fills.Select(fill => fill.BuyPrice).Concat(fills.Select(fill => fill.SellPrice)).Distinct().Count() <= 1;
    }, Cases);

    [Test]
    public void Uniform_LeavesNoPairThatWouldAcceptItsPrice() => SeededCheck.ForAll(Scenarios.Plain, scenario =>
    {
        var input = scenario.ToInput();
        var fills = ClearingRules.Uniform.Clear(input);
        return fills.Count == 0 || NaiveMatcher.CrossingPairsLeft(input, fills).All(pair => pair.Bid.LimitPrice < fills[0].BuyPrice || pair.Ask.LimitPrice > fills[0].BuyPrice);
    }, Cases);

    [Test]
    public void McAfee_GivesUpOneTradeAtMost() => SeededCheck.ForAll(Scenarios.Single, scenario =>
    {
        var input = scenario.ToInput();
        var traded = ClearingRules.McAfee.Clear(input).Count;
        var most = ClearingRules.Uniform.Clear(input).Count;
        return traded == most || traded == most - 1;
    }, Cases);

    [Test]
    public void McAfee_ForAnOwnerWithOneOffer_IsNeverBetterWithAnotherPrice() => SeededCheck.ForAll(Scenarios.Single, scenario =>
    {
        // The offer keeps its id: what a lie may gain is measured against the same ties.
        foreach (var liar in scenario.Offers)
        {
            var honest = Gain(scenario, liar.Number, liar);
            for (var claim = 1L; claim <= 13; claim++)
            {
                var lied = scenario with { Offers = [.. scenario.Offers.Select(offer => offer.Number == liar.Number ? offer with { Price = claim } : offer)] };
                if (Gain(lied, liar.Number, liar) > honest) return false;
            }
        }

        return true;
    }, 300);

    [TestCase("pairwise-mean")]
    [TestCase("uniform")]
    [TestCase("mcafee")]
    public void EveryRule_KeepsLimitsQuantitiesAndMinimumFills(string name)
    {
        var rule = ClearingRules.Find(name)!;
        var scenarios = name switch { "pairwise-mean" => Scenarios.Rich, "uniform" => Scenarios.Plain, _ => Scenarios.Single };
        SeededCheck.ForAll(scenarios, scenario =>
        {
            var input = scenario.ToInput();
            var entries = input.Entries.ToDictionary(entry => entry.Offer.Id);
            var fills = rule.Clear(input);
            foreach (var fill in fills)
            {
                var (bid, ask) = (entries[fill.Bid].Offer, entries[fill.Ask].Offer);
                if (bid.Side != Side.Bid || ask.Side != Side.Ask || bid.Owner == ask.Owner) return false;
                if (fill.BuyPrice > bid.LimitPrice || fill.SellPrice < ask.LimitPrice || fill.SellPrice > fill.BuyPrice) return false;
                if (fill.Quantity < bid.MinimumFill || fill.Quantity < ask.MinimumFill || bid.LeaseTermMinutes > ask.LeaseTermMinutes) return false;
                if (name != "mcafee" && fill.SellPrice != fill.BuyPrice) return false;
            }

            return fills.GroupBy(fill => fill.Bid).All(own => own.Sum(fill => fill.Quantity) <= entries[own.Key].FreeQuantity)
                && fills.GroupBy(fill => fill.Ask).All(own => own.Sum(fill => fill.Quantity) <= entries[own.Key].FreeQuantity);
        }, Cases);
    }

    /// <summary>The generators are worth nothing if what they are for never happens.</summary>
    [Test]
    public void RichBooks_ReallyCrossTieAndConflict()
    {
        int crossed = 0, several = 0, tied = 0, grouped = 0, constrained = 0, distinct = 0, short_ = 0;
        SeededCheck.ForAll(Scenarios.Rich, scenario =>
        {
            var input = scenario.ToInput();
            var fills = Clear(scenario);
            if (fills > 0) crossed++;
            if (fills > 2) several++;
            if (input.Entries.GroupBy(entry => (entry.Offer.Side, entry.Offer.LimitPrice, entry.Offer.FirstSlot)).Any(same => same.Count() > 1)) tied++;
            var bytes = FillBytes.Encode(ClearingRules.PairwiseMean.Clear(input));
            if (Differs(offer => offer with { Group = 0 })) grouped++;
            if (Differs(offer => offer with { Wants = [] })) constrained++;
            if (Differs(offer => offer with { Distinct = false })) distinct++;
            if (Differs(offer => offer with { MinimumFill = 1 })) short_++;
            return true;

            bool Differs(Func<OfferSpec, OfferSpec> without) =>
                !bytes.AsSpan().SequenceEqual(FillBytes.Encode(ClearingRules.PairwiseMean.Clear((scenario with { Offers = [.. scenario.Offers.Select(without)] }).ToInput())));
        }, 1_000);
        TestContext.Out.WriteLine($"of 1,000: crossed {crossed}, more than two fills {several}, tied {tied}; decided by group {grouped}, constraint {constrained}, distinct {distinct}, minimum fill {short_}");
        Assert.Multiple(() =>
        {
            Assert.That(crossed, Is.GreaterThan(600));
            Assert.That(several, Is.GreaterThan(300));
            Assert.That(tied, Is.GreaterThan(300));
            Assert.That(grouped, Is.GreaterThan(50));
            Assert.That(constrained, Is.GreaterThan(300));
            Assert.That(distinct, Is.GreaterThan(50));
            Assert.That(short_, Is.GreaterThan(100));
        });
    }

    private static int Clear(Scenario scenario) => ClearingRules.PairwiseMean.Clear(scenario.ToInput()).Count;

    private static bool AreEqual(IClearingRule rule, Func<MatchInput, IReadOnlyList<Fill>> naive, Scenario scenario)
    {
        var input = scenario.ToInput();
        return FillBytes.Encode(rule.Clear(input)).AsSpan().SequenceEqual(FillBytes.Encode(naive(input)));
    }

    private static long Gain(Scenario scenario, int number, OfferSpec truth)
    {
        var id = truth.ToOffer(scenario.Salt).Id;
        return ClearingRules.McAfee.Clear(scenario.ToInput()).Sum(fill =>
            fill.Bid == id ? truth.Price - fill.BuyPrice.Value : fill.Ask == id ? fill.SellPrice.Value - truth.Price : 0);
    }
}
