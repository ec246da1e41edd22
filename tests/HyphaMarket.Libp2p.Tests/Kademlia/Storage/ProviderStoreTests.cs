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

    private IReadOnlyList<ProviderRecord> Get(DateTimeOffset now, ReadOnlySpan<byte> key) => _store.Get(now, key.ToArray(), _random);
}
