using System.Diagnostics;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Storage;

public sealed class ProviderStoreTests
{
    private readonly Random _random = new(31);
    private readonly KademliaOptions _options = new() { MaxProviderRecords = 10, MaxProviderRecordsPerPeer = 4, MaxProvidersPerAnswer = 3 };
    private PeerId _self;
    private ProviderStore _store = null!;

    [SetUp]
    public void SetUp()
    {
        _self = TestPeers.Next(_random);
        _store = new ProviderStore(_self, _options);
    }

    [Test]
    public void AProvider_IsFound_UntilItsRecordExpires()
    {
        var peer = TestPeers.Next(_random);
        _store.Add(TestPeers.Start, "key"u8.ToArray(), peer, [TestPeers.Address]);
        var end = TestPeers.Start + _options.ProviderRecordLifetime;
        Assert.Multiple(() =>
        {
            Assert.That(Get(end - TimeSpan.FromSeconds(1), "key"u8).Select(r => r.Provider), Is.EqualTo(new[] { peer }));
            Assert.That(Get(end, "key"u8), Is.Empty);
            Assert.That(Get(TestPeers.Start, "other"u8), Is.Empty);
        });
        _store.Sweep(end);
        Assert.That(_store.Count, Is.Zero);
    }

    [Test]
    public void SayingSoAgain_ExtendsTheLife_AndIsOneRecord()
    {
        var peer = TestPeers.Next(_random);
        _store.Add(TestPeers.Start, "key"u8.ToArray(), peer, []);
        _store.Add(TestPeers.Start + TimeSpan.FromHours(40), "key"u8.ToArray(), peer, []);
        Assert.Multiple(() =>
        {
            Assert.That(_store.Count, Is.EqualTo(1));
            Assert.That(Get(TestPeers.Start + TimeSpan.FromHours(80), "key"u8), Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void AnAnswer_IsARandomChoiceOfAtMostTheBound()
    {
        for (var i = 0; i < 8; i++) _store.Add(TestPeers.Start, "key"u8.ToArray(), TestPeers.Next(_random), []);
        var named = new HashSet<PeerId>();
        for (var i = 0; i < 50; i++)
        {
            var answer = Get(TestPeers.Start, "key"u8);
            Assert.That(answer, Has.Count.EqualTo(3));
            named.UnionWith(answer.Select(r => r.Provider));
        }
        Assert.That(named, Has.Count.EqualTo(8), "everybody has a turn");
    }

    [Test]
    public void OnePeer_PushesOutOnlyItsOwnOldestRecord()
    {
        var other = TestPeers.Next(_random);
        var greedy = TestPeers.Next(_random);
        _store.Add(TestPeers.Start, "theirs"u8.ToArray(), other, []);
        for (byte i = 0; i < 50; i++) _store.Add(TestPeers.Start, new[] { i }, greedy, []);
        Assert.Multiple(() =>
        {
            Assert.That(_store.Count, Is.EqualTo(5));
            Assert.That(Get(TestPeers.Start, "theirs"u8), Has.Count.EqualTo(1));
            Assert.That(Get(TestPeers.Start, [49]), Has.Count.EqualTo(1));
            Assert.That(Get(TestPeers.Start, [45]), Is.Empty);
        });
    }

    [Test]
    public void AFullStore_KeepsTheKeysNearestToThisNode()
    {
        var keys = Enumerable.Range(0, 200).Select(_ => TestPeers.Key(_random)).ToList();
        foreach (var key in keys) _store.Add(TestPeers.Start, key, TestPeers.Next(_random), []);
        var nearest = keys.OrderBy(k => KadKey.Of(k).DistanceTo(KadKey.Of(_self))).Take(10);
        Assert.Multiple(() =>
        {
            Assert.That(_store.Count, Is.EqualTo(10));
            foreach (var key in nearest) Assert.That(Get(TestPeers.Start, key), Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void APopularKey_KeepsItsFreshestProviders()
    {
        var peers = TestPeers.Many(_random, 12);
        var options = _options with { MaxProvidersPerAnswer = 20 };
        var store = new ProviderStore(_self, options);
        foreach (var peer in peers) Assert.That(store.Add(TestPeers.Start, "broker"u8.ToArray(), peer, []), Is.True);
        Assert.That(store.Get(TestPeers.Start, "broker"u8.ToArray(), _random).Select(r => r.Provider), Is.EqualTo(peers.Skip(2)));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void AFlood_LeavesWhatANaiveStoreWouldKeep(int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var keys = Enumerable.Range(0, 12).Select(_ => TestPeers.Key(random)).ToList();
        var peers = TestPeers.Many(random, 6);
        var naive = new List<(byte[] Key, PeerId Provider, DateTimeOffset Expires)>();
        var self = KadKey.Of(_self);
        var now = TestPeers.Start;
        KadDistance DistanceOf(byte[] key) => KadKey.Of(key).DistanceTo(self);
        for (var i = 0; i < 2_000; i++)
        {
            now += TimeSpan.FromHours(random.Next(12));
            var (key, provider) = (keys[random.Next(keys.Count)], peers[random.Next(peers.Count)]);
            var taken = true;
            naive.RemoveAll(record => record.Key == key && record.Provider == provider);
            if (naive.Count(record => record.Provider == provider) >= _options.MaxProviderRecordsPerPeer) naive.Remove(naive.First(record => record.Provider == provider));
            if (naive.Count >= _options.MaxProviderRecords) naive.RemoveAll(record => record.Expires <= now);
            if (naive.Count >= _options.MaxProviderRecords)
            {
                var farthest = naive.MaxBy(record => DistanceOf(record.Key));
                taken = farthest.Key == key || DistanceOf(farthest.Key) > DistanceOf(key);
                if (taken) naive.Remove(naive.First(record => record.Key == farthest.Key));
            }
            if (taken) naive.Add((key, provider, now + _options.ProviderRecordLifetime));
            Assert.That(_store.Add(now, key, provider, []), Is.EqualTo(taken), $"step {i}");
            Assert.That(_store.Count, Is.EqualTo(naive.Count), $"step {i}");
        }
        foreach (var key in keys)
        {
            var expected = naive.Where(record => record.Key == key && record.Expires > now).Select(record => record.Provider).ToList();
            var found = Get(now, key).Select(record => record.Provider).ToList();
            if (expected.Count <= _options.MaxProvidersPerAnswer) Assert.That(found, Is.EqualTo(expected));
            else Assert.That(found, Is.SubsetOf(expected));
        }
    }

    [Test]
    public void AFloodOfAFullStore_CostsFewAllocations()
    {
        var options = new KademliaOptions();
        var store = new ProviderStore(_self, options);
        var peers = TestPeers.Many(_random, 400);
        var keys = Enumerable.Range(0, 20_000).Select(_ => TestPeers.Key(_random)).ToList();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < keys.Count; i++) store.Add(TestPeers.Start, keys[i], peers[i % peers.Count], []);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / keys.Count;
        TestContext.Out.WriteLine($"{Stopwatch.GetElapsedTime(started).TotalMicroseconds / keys.Count:F1} us and {each} bytes a record");
        Assert.That(store.Count, Is.EqualTo(options.MaxProviderRecords));
        // A walk over the thousand records it holds for each record that comes would be what a flood is after.
        Assert.That(each, Is.LessThan(2_048));
    }

    private IReadOnlyList<ProviderRecord> Get(DateTimeOffset now, ReadOnlySpan<byte> key) => _store.Get(now, key.ToArray(), _random);
}
