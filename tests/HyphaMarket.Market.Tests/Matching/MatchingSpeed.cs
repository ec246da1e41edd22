using System.Diagnostics;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using static HyphaMarket.Market.Tests.TestOffers;

namespace HyphaMarket.Market.Tests.Matching;

/// <summary>How long a slot's matching takes; run by name, on a quiet machine.</summary>
[Explicit("measures, does not check")]
public sealed class MatchingSpeed
{
    [Test]
    public void Plain512By512() => Measure("plain", (offer, _) => offer);

    [Test]
    public void Tied512By512() => Measure("plain, all of one price and slot", (offer, _) => offer with { LimitPrice = new(1_000_000) });

    /// <summary>Eight clauses of sixteen values each on every offer: the most that the rules allow.</summary>
    [Test]
    public void Constrained512By512() => Measure("constrained", (offer, number) => offer with
    {
        Attributes = [.. Enumerable.Range(0, 16).Select(key => new OfferAttribute($"key-{key:D2}", $"value-{(number + key) % 20:D2}"))],
        Constraints = [.. Enumerable.Range(0, 8).Select(key => NotIn($"key-{key:D2}", [.. Enumerable.Range(0, 16).Select(value => $"value-{value + 4:D2}")]))],
    });

    private static void Measure(string name, Func<Offer, int, Offer> change)
    {
        var random = new Random(1);
        var offers = Enumerable.Range(0, 1024).Select(number =>
        {
            var price = random.Next(500_000, 1_500_000);
            var quantity = random.Next(1, 9);
            return change((number % 2 == 0 ? Bid(number, price, quantity) : Ask(number, price, quantity)) with { FirstSlot = new Slot(90 + random.Next(10)) }, number);
        });
        var input = Input([.. offers]);
        var fills = 0;
        for (var i = 0; i < 200; i++) fills = ClearingRules.PairwiseMean.Clear(input).Count;
        var times = new double[500];
        for (var i = 0; i < times.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            fills = ClearingRules.PairwiseMean.Clear(input with { InputRoot = Hash256.Of(BitConverter.GetBytes(i)) }).Count;
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(times);
        TestContext.Out.WriteLine($"{name} 512 x 512: {fills} fills, median {times[250]:F0} us, p99 {times[495]:F0} us");
        Assert.That(fills, Is.GreaterThanOrEqualTo(0));
    }
}
