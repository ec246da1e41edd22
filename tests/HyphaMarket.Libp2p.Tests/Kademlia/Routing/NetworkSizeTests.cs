using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Routing;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Routing;

public sealed class NetworkSizeTests
{
    private readonly KademliaOptions _options = new();
    private readonly Random _random = new(5);

    [Test]
    public void BeforeTheFirstLookup_NothingIsKnown()
    {
        Assert.That(new NetworkSize(_options).Estimate(TestPeers.Start), Is.Null);
    }

    [TestCase(3, false, 3)]
    [TestCase(3, true, 4)]
    [TestCase(19, false, 19)]
    public void FewerThanK_AreCounted(int others, bool serving, int expected)
    {
        var size = new NetworkSize(_options);
        OnLookup(size, others, serving);
        var estimate = size.Estimate(TestPeers.Start);
        Assert.That(estimate, Is.EqualTo(new NetworkSizeEstimate(expected, IsExact: true, Samples: 1)));
    }

    [TestCase(100)]
    [TestCase(1_000)]
    [TestCase(10_000)]
    public void ManyLookups_EstimateTheSizeWithinFifteenPercent(int servers)
    {
        // 32 samples of 20 have a standard error of 4 %; 15 % is more than three of them, and the seed is fixed.
        var size = new NetworkSize(_options);
        for (var i = 0; i < 32; i++) OnLookup(size, servers, serving: false);
        var estimate = size.Estimate(TestPeers.Start);
        Assert.That(estimate!.Value.Servers, Is.EqualTo(servers).Within(15).Percent);
        Assert.That(estimate.Value, Has.Property("IsExact").False.And.Property("Samples").EqualTo(32));
    }

    [Test]
    public void TheSameKeyTwice_IsOneSample()
    {
        var size = new NetworkSize(_options);
        var target = KadKey.Of("market"u8);
        var distances = Distances(500, target);
        size.OnLookup(TestPeers.Start, target, distances, self: null);
        size.OnLookup(TestPeers.Start, target, distances, self: null);
        Assert.That(size.Estimate(TestPeers.Start)!.Value.Samples, Is.EqualTo(1));
    }

    [Test]
    public void ANetworkThatShrankBelowK_IsCountedAtOnce()
    {
        var size = new NetworkSize(_options);
        OnLookup(size, 500, serving: false);
        OnLookup(size, 4, serving: true);
        Assert.That(size.Estimate(TestPeers.Start)!.Value, Is.EqualTo(new NetworkSizeEstimate(5, IsExact: true, Samples: 1)));
    }

    [Test]
    public void OldLookups_CeaseToCount()
    {
        var size = new NetworkSize(_options);
        OnLookup(size, 500, serving: false);
        Assert.Multiple(() =>
        {
            Assert.That(size.Estimate(TestPeers.Start + _options.SizeSampleLifetime - TimeSpan.FromSeconds(1)), Is.Not.Null);
            Assert.That(size.Estimate(TestPeers.Start + _options.SizeSampleLifetime), Is.Null);
        });
    }

    [Test]
    public void TheFigure_StandsStill_WhileTheEstimateMovesLessThanItsOwnError()
    {
        var size = new NetworkSize(_options);
        var figures = new List<double>();
        for (var i = 0; i < 400; i++)
        {
            OnLookup(size, 1_000, serving: false);
            figures.Add(size.Estimate(TestPeers.Start)!.Value.Servers);
        }
        var moves = figures.Zip(figures.Skip(1)).Count(pair => pair.First != pair.Second);
        TestContext.Out.WriteLine($"400 lookups moved the figure {moves} times, between {figures.Skip(32).Min():F0} and {figures.Skip(32).Max():F0}");
        Assert.Multiple(() =>
        {
            Assert.That(moves, Is.LessThan(100), "an estimate without hysteresis moves with every lookup");
            Assert.That(figures.Skip(32), Is.All.EqualTo(1_000).Within(20).Percent);
        });
    }

    [Test]
    public void TheFigure_FollowsANetworkThatGrew()
    {
        var size = new NetworkSize(_options);
        for (var i = 0; i < 32; i++) OnLookup(size, 500, serving: false);
        for (var i = 0; i < 32; i++) OnLookup(size, 2_000, serving: false);
        Assert.That(size.Estimate(TestPeers.Start)!.Value.Servers, Is.EqualTo(2_000).Within(15).Percent);
    }

    [Test]
    public void Samples_AreBounded()
    {
        var size = new NetworkSize(_options with { MaxSizeSamples = 3 });
        for (var i = 0; i < 10; i++) OnLookup(size, 100, serving: false);
        Assert.That(size.Estimate(TestPeers.Start)!.Value.Samples, Is.EqualTo(3));
    }

    private void OnLookup(NetworkSize size, int servers, bool serving)
    {
        var target = KadKey.Of(TestPeers.Key(_random));
        KadDistance? self = serving ? KadKey.Of(TestPeers.Next(_random)).DistanceTo(target) : null;
        size.OnLookup(TestPeers.Start, target, Distances(servers, target), self);
    }

    private List<KadDistance> Distances(int servers, KadKey target) =>
        [.. TestPeers.Many(_random, servers).Select(p => KadKey.Of(p).DistanceTo(target)).Order().Take(_options.BucketSize)];
}
