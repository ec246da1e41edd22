using HyphaMarket.Market.Books;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Tests.Books;

public sealed class KeyTests
{
    private const int Seed = 20_261_122;

    /// <summary>How prices lie: what decides which digits vary.</summary>
    private static readonly Func<Random, long>[] s_prices =
    [
        random => random.NextInt64(1L << 37),
        random => 1_000_000 + random.Next(1_000),
        random => 64L * random.Next(5),
        random => random.Next(2) << 20,
        _ => 7,
        random => (1L << 36) + random.Next(50_000),
    ];

    private static ulong[] Keys(Random random, Func<Random, long> price, int count, Side side) =>
        [.. Enumerable.Range(0, count).Select(index => PackedKey.Pack(side, new MicroCredits(price(random)), index))];

    [Test]
    public void Sort_OrdersByPrice([Values(0, 1, 2, 24, 25, 100, 5_000, 40_000)] int count, [Values(Side.Bid, Side.Ask)] Side side)
    {
        var random = new Random(Seed);
        foreach (var price in s_prices)
        {
            var keys = Keys(random, price, count, side);
            random.Shuffle(keys);
            var sorted = keys.ToArray();
            KeySort.Sort(sorted, new ulong[count]);
            Assert.That(sorted.Select(key => key >> PackedKey.IndexBits), Is.EqualTo(keys.Select(key => key >> PackedKey.IndexBits).Order()));
            Assert.That(sorted.Order(), Is.EqualTo(keys.Order()), "none is lost");
        }
    }

    [Test]
    public void Deal_PutsBucketsInTheOrderOfPrices([Values(0, 1, 2, 100, 5_000)] int count, [Values(2, 64, 2_048)] int buckets)
    {
        var random = new Random(Seed);
        foreach (var price in s_prices)
        {
            var keys = Keys(random, price, count, Side.Bid);
            random.Shuffle(keys);
            var (dealt, ends) = (new ulong[count], new int[buckets]);
            KeySort.Deal(keys, dealt, ends);
            Assert.That(dealt.Order(), Is.EqualTo(keys.Order()), "none is lost");
            Assert.That(ends[^1], Is.EqualTo(count));
            var (rows, offers, endsOfOffers) = (new OfferRow[count], new DealtOffer[count], new int[buckets]);
            for (var index = 0; index < count; index++) rows[index].Owner = index;
            KeySort.Deal(keys, rows, offers, endsOfOffers);
            Assert.That(offers.Select(offer => offer.Key), Is.EqualTo(dealt), "with rows they go where they go without");
            Assert.That(endsOfOffers, Is.EqualTo(ends));
            Assert.That(offers.All(offer => offer.Row.Owner == PackedKey.IndexOf(offer.Key)), "each has its own row");
            for (var bucket = 1; bucket < buckets; bucket++)
            {
                var (start, middle, end) = (bucket == 1 ? 0 : ends[bucket - 2], ends[bucket - 1], ends[bucket]);
                if (start < middle && middle < end) Assert.That(dealt[start..middle].Max() >> PackedKey.IndexBits, Is.LessThan(dealt[middle..end].Min() >> PackedKey.IndexBits));
            }
        }
    }

    [Test]
    public void Select_PutsTheBestFirst([Values(1, 2, 100, 5_000)] int count)
    {
        var random = new Random(Seed);
        foreach (var price in s_prices)
        {
            foreach (var best in new[] { 0, 1, count / 3, count / 2, count - 1, count })
            {
                var keys = Keys(random, price, count, Side.Ask);
                random.Shuffle(keys);
                var selected = keys.ToArray();
                KeySelection.Select(selected, best, new ulong[count], (left, right) => left.CompareTo(right));
                Assert.That(selected[..best].Order(), Is.EqualTo(keys.Order().Take(best)));
                Assert.That(selected.Order(), Is.EqualTo(keys.Order()), "none is lost");
            }
        }
    }

    [Test]
    public void Scans_AnswerLikeALoop([Values(1, 3, 4, 9, 1_000)] int count)
    {
        var random = new Random(Seed);
        foreach (var price in s_prices)
        {
            var keys = Keys(random, price, count, Side.Bid);
            random.Shuffle(keys);
            var some = keys[random.Next(count)];
            Assert.Multiple(() =>
            {
                Assert.That(KeyScan.Least(keys), Is.EqualTo(keys.Min()));
                Assert.That(KeyScan.Largest(keys), Is.EqualTo(keys.Max()));
                Assert.That(KeyScan.CountBelow(keys, some, some | PackedKey.IndexMask), Is.EqualTo((keys.Count(key => key < some), keys.Count(key => key < (some | PackedKey.IndexMask)))));
                Assert.That(KeyScan.IndexOfPrice(keys, some >> PackedKey.IndexBits, 0), Is.EqualTo(Array.FindIndex(keys, key => key >> PackedKey.IndexBits == some >> PackedKey.IndexBits)));
                Assert.That(KeyScan.IndexOfPrice(keys, (1UL << PackedKey.PriceBits) - 1, 0), Is.EqualTo(Array.FindIndex(keys, key => key >> PackedKey.IndexBits == (1UL << PackedKey.PriceBits) - 1)));
            });
        }
    }

    [TestCase(Side.Bid)]
    [TestCase(Side.Ask)]
    public void Key_HoldsPriceAndPlace_AndTheBetterPriceIsTheSmallerKey(Side side)
    {
        var (low, high) = (PackedKey.Pack(side, new MicroCredits(1), 5), PackedKey.Pack(side, new MicroCredits((1L << 37) - 1), 6));
        Assert.Multiple(() =>
        {
            Assert.That(PackedKey.PriceOf(side, low), Is.EqualTo(1));
            Assert.That(PackedKey.PriceOf(side, high), Is.EqualTo((1L << 37) - 1));
            Assert.That(PackedKey.IndexOf(high), Is.EqualTo(6));
            Assert.That(low < high, Is.EqualTo(side == Side.Ask));
        });
    }
}
