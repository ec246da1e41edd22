using HyphaMarket.Market.Books;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Market.Tests.Properties;
using static HyphaMarket.Market.Tests.TestOffers;

namespace HyphaMarket.Market.Tests.Matching;

public sealed class SlotMatcherTests
{
    /// <summary>Memory that is used again must not remember: one matcher for all kinds of inputs and rules in turns.</summary>
    /// <param name="many">Sides of so many offers are ranked as large ones are: none here, those of five, all.</param>
    [Test]
    public void OneMatcher_ForManySlots_EqualsTheNaiveMatcherEachTime([Values(int.MaxValue, 5, 0)] int many)
    {
        var matcher = new SlotMatcher(many);
        SeededCheck.ForAll(Scenarios.Rich, scenario => Equals(matcher, ClearingRules.PairwiseMean, scenario, NaiveMatcher.PairwiseMean), 500);
        SeededCheck.ForAll(Scenarios.Plain, scenario => Equals(matcher, ClearingRules.Uniform, scenario, NaiveMatcher.Uniform) && Equals(matcher, ClearingRules.PairwiseMean, scenario, NaiveMatcher.PairwiseMean), 300);
        SeededCheck.ForAll(Scenarios.Single, scenario => Equals(matcher, ClearingRules.McAfee, scenario, NaiveMatcher.McAfee), 300);
        SeededCheck.ForAll(Scenarios.Rich, scenario => Equals(matcher, ClearingRules.PairwiseMean, scenario, NaiveMatcher.PairwiseMean), 300);
    }

    /// <summary>More offers than are ranked at once, prices that lie in every way, ties of many, and offers with terms here and there.</summary>
    [TestCase(1, 37)]
    [TestCase(2, 20)]
    [TestCase(3, 8)]
    [TestCase(4, 3)]
    [TestCase(5, 1)]
    [TestCase(6, 0)]
    public void LargeInputs_EqualTheNaiveMatcherByteForByte(int seed, int priceBits)
    {
        var random = new Random(seed);
        var (matcher, forMany) = (new SlotMatcher(), new SlotMatcher(many: 100));
        foreach (var termsOf in new Func<Offer, Offer>[] { offer => offer, offer => WithTerms(offer, random, 40), offer => WithTerms(offer, random, 2) })
        {
            var offers = Enumerable.Range(0, 600).Select(number => termsOf(Make(number % 2 == 0 ? Side.Bid : Side.Ask, number, Price(random, priceBits), random.Next(1, 9)) with
            {
                FirstSlot = new Slot(MatchSlot.Value - random.Next(4)),
                Owner = Owner(random.Next(2) == 0 ? number : random.Next(600)),
                LeaseTermMinutes = random.Next(30) == 0 ? 61 : 60,
            })).ToArray();
            var input = Input(offers);
            var naive = NaiveMatcher.PairwiseMean(input);
            Assert.That(FillBytes.Encode(matcher.Clear(ClearingRules.PairwiseMean, input)), Is.EqualTo(FillBytes.Encode(naive)));
            Assert.That(FillBytes.Encode(forMany.Clear(ClearingRules.PairwiseMean, input)), Is.EqualTo(FillBytes.Encode(naive)), "the same as of a large side");
            Assert.That(naive, Has.Count.GreaterThan(5));
            if (!offers.All(PlainOffers.IsPlain)) continue;
            Assert.That(FillBytes.Encode(matcher.Clear(ClearingRules.Uniform, input)), Is.EqualTo(FillBytes.Encode(NaiveMatcher.Uniform(input))));
            Assert.That(FillBytes.Encode(forMany.Clear(ClearingRules.Uniform, input)), Is.EqualTo(FillBytes.Encode(NaiveMatcher.Uniform(input))));
            Assert.That(FillBytes.Encode(InBook(matcher, offers)), Is.EqualTo(FillBytes.Encode(naive)), "the same of a book that holds them");
        }
    }

    /// <summary>Sides so large that their rows are dealt out, where the naive matcher would take minutes: held against the small way, which it was held against.</summary>
    [TestCase(100_000_000)]
    [TestCase(50_000)]
    [TestCase(3)]
    public void ABookOfManyOffers_IsMatchedAsOneOfFewIs(int prices)
    {
        const int PerSide = 40_000;
        var random = new Random(prices);
        var book = new OrderBook(PerSide);
        foreach (var number in Enumerable.Range(0, 2 * PerSide))
        {
            var offer = Make(number % 2 == 0 ? Side.Bid : Side.Ask, number, 1 + random.Next(prices), random.Next(1, 9)) with { FirstSlot = MatchSlot.Plus(1 - random.Next(5)) };
            book.Add(BookOffer.Of(offer, number, offer.Quantity) with { Terms = null }, out _);
        }

        foreach (var rule in new[] { ClearingRules.PairwiseMean, ClearingRules.Uniform })
        {
            var many = new SlotMatcher().Match(rule, book, MatchSlot, Root).ToArray();
            var few = new SlotMatcher(int.MaxValue).Match(rule, book, MatchSlot, Root).ToArray();
            Assert.That(many.AsSpan().SequenceEqual(few), $"{rule.Name}: {many.Length} and {few.Length} fills");
            Assert.That(many, Has.Length.GreaterThan(PerSide / 2));
        }
    }

    [Test]
    public void AfterWarmUp_CollectingAndMatching_AllocateNothing([Values(int.MaxValue, 0)] int many)
    {
        var (book, matcher) = (new OrderBook(200), new SlotMatcher(many));
        var random = new Random(7);
        var offers = Enumerable.Range(0, 2_000).Select(number => BookOffer.Of(Make(number % 2 == 0 ? Side.Bid : Side.Ask, number, random.Next(100, 1_000), random.Next(1, 9)), number, 1)).ToArray();
        var handles = new BookHandle[offers.Length];
        var slot = 1_000L;
        var matched = 0;
        void OneSlot()
        {
            slot += 2;
            for (var i = 0; i < offers.Length; i++) book.Add(offers[i] with { FirstSlot = new Slot(slot - i % 3), LastSlot = new Slot(slot + i % 7) }, out handles[i]);
            for (var i = 0; i < offers.Length; i += 11) book.Cancel(handles[i]);
            book.Prune(new Slot(slot));
            var fills = matcher.Match(ClearingRules.PairwiseMean, book, new Slot(slot), Root);
            matched += fills.Length;
            book.Apply(fills);
        }

        Assert.That(AllocatedBy(OneSlot), Is.Zero);
        Assert.That(matched, Is.GreaterThan(1_000));
    }

    [TestCase("pairwise-mean")]
    [TestCase("uniform")]
    [TestCase("mcafee")]
    public void AfterWarmUp_MatchingAnInput_AllocatesNothing(string name)
    {
        var rule = ClearingRules.Find(name)!;
        var random = new Random(8);
        Offer[] offers = [.. Enumerable.Range(0, 400).Select(number => Make(number % 2 == 0 ? Side.Bid : Side.Ask, number, random.Next(100, 200), name == "mcafee" ? 1 : random.Next(1, 9)))];
        if (name == "pairwise-mean") offers = [.. offers.Select(offer => WithTerms(offer, random, 2))];
        var input = Input(offers);
        var matcher = new SlotMatcher();
        var matched = 0;
        Assert.That(AllocatedBy(() => matched += matcher.Match(rule, input).Length), Is.Zero);
        Assert.That(matched, Is.GreaterThan(100));
    }

    private static long AllocatedBy(Action act)
    {
        for (var i = 0; i < 50; i++) act();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) act();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static bool Equals(SlotMatcher matcher, IClearingRule rule, Scenario scenario, Func<MatchInput, IReadOnlyList<Fill>> naive)
    {
        var input = scenario.ToInput();
        return FillBytes.Encode(matcher.Clear(rule, input)).AsSpan().SequenceEqual(FillBytes.Encode(naive(input)));
    }

    private static Fill[] InBook(SlotMatcher matcher, Offer[] offers)
    {
        var book = new OrderBook(offers.Length);
        var owners = offers.Select(offer => offer.Owner).Distinct().ToList();
        foreach (var offer in offers) book.Add(BookOffer.Of(offer, owners.IndexOf(offer.Owner), offer.Quantity), out _);
        var fills = matcher.Match(ClearingRules.PairwiseMean, book, MatchSlot, Root);
        var named = new Fill[fills.Length];
        for (var i = 0; i < named.Length; i++) named[i] = new Fill(book.IdOf(Side.Bid, fills[i].Bid), book.IdOf(Side.Ask, fills[i].Ask), fills[i].Quantity, fills[i].BuyPrice, fills[i].SellPrice);
        return named;
    }

    /// <summary>Prices that differ in so many bits, low or high ones.</summary>
    private static long Price(Random random, int bits) => bits switch
    {
        0 => 7,
        37 => random.NextInt64(1, 1L << 37),
        _ => 1_000_000_000L + (random.NextInt64(1L << bits) << (bits == 3 ? 20 : 0)),
    };

    /// <summary>Gives one offer of so many some terms.</summary>
    private static Offer WithTerms(Offer offer, Random random, int oneOf)
    {
        var attributed = offer with { Attributes = Attributes($"region={new[] { "ap", "eu", "us" }[random.Next(3)]}") };
        return random.Next(oneOf) > 0 ? attributed : random.Next(4) switch
        {
            0 => attributed with { MinimumFill = random.Next(1, offer.Quantity + 1) },
            1 => attributed with { Distinct = true },
            2 => attributed with { Group = Group(1), Owner = Owner(random.Next(50)) },
            _ => attributed with { Constraints = [random.Next(2) == 0 ? In("region", "eu", "us") : NotIn("region", "ap")] },
        };
    }
}
