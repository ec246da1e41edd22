using System.Runtime.Intrinsics;
using HyphaMarket.Simulation.Reservations;

namespace HyphaMarket.Simulation.Tests.Reservations;

[TestFixture]
internal sealed class LaneRandomTests
{
    /// <summary>xoshiro256++ written from its definition, one number at a time.</summary>
    private sealed class Naive(ulong a, ulong b, ulong c, ulong d)
    {
        private readonly ulong[] _s = [a, b, c, d];

        public ulong Next()
        {
            var result = ulong.RotateLeft(_s[0] + _s[3], 23) + _s[0];
            var t = _s[1] << 17;
            _s[2] ^= _s[0];
            _s[3] ^= _s[1];
            _s[1] ^= _s[2];
            _s[0] ^= _s[3];
            _s[2] ^= t;
            _s[3] = ulong.RotateLeft(_s[3], 45);
            return result;
        }
    }

    [Test]
    public void EachLane_IsAGeneratorOfItsOwn()
    {
        var random = new LaneRandom(Vector256.Create(1ul, 5, 9, 13), Vector256.Create(2ul, 6, 10, 14), Vector256.Create(3ul, 7, 11, 15), Vector256.Create(4ul, 8, 12, 16));
        var naive = Enumerable.Range(0, 4).Select(lane => (ulong)(4 * lane)).Select(first => new Naive(first + 1, first + 2, first + 3, first + 4)).ToArray();
        for (var i = 0; i < 1_000; i++)
        {
            var bits = random.Next();
            // By hand: rotl(1 + 4, 23) + 1 = 5 * 2^23 + 1.
            if (i == 0) Assert.That(bits[0], Is.EqualTo(41_943_041));
            for (var lane = 0; lane < 4; lane++) Assert.That(bits[lane], Is.EqualTo(naive[lane].Next()));
        }
    }

    [Test]
    public void Fractions_AreSpreadEvenlyFromZeroToOne_AndTheTwoOfAPairHaveNothingInCommon()
    {
        const int seed = 5;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new LaneRandom(seed, stream: 1);
        const int draws = 100_000;
        var (sum, product) = (0.0, 0.0);
        for (var i = 0; i < draws; i++)
        {
            random.Next(out var first, out var second);
            for (var lane = 0; lane < 4; lane++)
            {
                Assert.That(first[lane] is >= 0 and < 1 && second[lane] is >= 0 and < 1);
                sum += first[lane] + second[lane];
                product += (first[lane] - 0.5) * (second[lane] - 0.5);
            }
        }

        // Five standard errors: sqrt(1/12 / 800,000) and 1/12 / sqrt(400,000).
        Assert.That(sum / draws / 8, Is.EqualTo(0.5).Within(5 * 0.00033));
        Assert.That(product / draws / 4, Is.EqualTo(0).Within(5 * 0.00013));
    }

    [Test]
    public void SeedsAndStreams_AllDiffer()
    {
        var firsts = (from seed in Enumerable.Range(0, 20) from stream in Enumerable.Range(0, 20) select First(seed, stream)).ToHashSet();
        Assert.That(firsts, Has.Count.EqualTo(400));
        Assert.That(firsts, Does.Contain(First(3, 4)), "and are the same each time");

        static Vector256<ulong> First(int seed, int stream) => new LaneRandom(seed, stream).Next();
    }
}
