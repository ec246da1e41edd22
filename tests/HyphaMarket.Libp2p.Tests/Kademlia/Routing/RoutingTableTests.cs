using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Routing;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Routing;

public sealed class RoutingTableTests
{
    private const int Seed = 11;
    private readonly Random _random = new(Seed);
    private readonly KademliaOptions _options = new() { BucketSize = 4, ReplacementCacheSize = 3, StaleAfter = TimeSpan.FromMinutes(5) };
    private PeerId _self;
    private RoutingTable _table = null!;
    private DateTimeOffset _now;

    [SetUp]
    public void SetUp()
    {
        _self = TestPeers.Next(_random);
        _table = new RoutingTable(_self, _options);
        _now = TestPeers.Start;
    }

    [Test]
    public void OurOwnId_IsNeverATableEntry()
    {
        Assert.Multiple(() =>
        {
            Assert.That(_table.OnSeen(_now, _self), Is.EqualTo(TableAdmission.Refused));
            Assert.That(_table.Count, Is.Zero);
        });
    }

    [Test]
    public void ABucket_HoldsAtMostK_AndKeepsThoseItHas()
    {
        var peers = FarPeers(6);
        foreach (var peer in peers) _table.OnSeen(_now, peer);
        Assert.Multiple(() =>
        {
            Assert.That(_table.Count, Is.EqualTo(4));
            Assert.That(_table.Entries.Select(e => e.Peer), Is.EqualTo(peers.Take(4)));
        });
    }

    [Test]
    public void AFullBucket_AsksForAPingOfItsLeastRecentlySeen_OnlyWhenThatIsStale()
    {
        var peers = FarPeers(6);
        foreach (var peer in peers.Take(4)) _table.OnSeen(_now, peer);
        _table.OnSeen(_now += TimeSpan.FromMinutes(1), peers[0]);

        _table.OnSeen(_now, peers[4]);
        Assert.That(_table.TryTakeCheck(out _), Is.False, "the oldest was seen a minute ago");

        _now += TimeSpan.FromMinutes(5);
        _table.OnSeen(_now, peers[4]);
        _table.OnSeen(_now, peers[5]);
        Assert.That(_table.TryTakeCheck(out var check), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(check, Is.EqualTo(peers[1]), "peer 0 was seen again, so peer 1 is the oldest");
            Assert.That(_table.TryTakeCheck(out _), Is.False, "one ping a bucket at a time");
        });
    }

    [Test]
    public void AnAnsweredPing_KeepsTheOldPeer()
    {
        var peers = FillAndTakeCheck(out var check);
        _table.OnChecked(_now, check);
        Assert.Multiple(() =>
        {
            Assert.That(_table.Contains(check), Is.True);
            Assert.That(_table.Contains(peers[4]), Is.False);
            Assert.That(_table.Entries[^1].Peer, Is.EqualTo(check), "it is the most recently seen now");
        });
    }

    [Test]
    public void ASilentPeer_MakesRoomForTheFreshestThatWaits()
    {
        var peers = FillAndTakeCheck(out var check);
        _table.OnSeen(_now, peers[5]);
        var (removed, promoted) = _table.OnFailed(check);
        Assert.Multiple(() =>
        {
            Assert.That(removed, Is.True);
            Assert.That(promoted, Is.EqualTo(peers[5]));
            Assert.That(_table.Contains(check), Is.False);
            Assert.That(_table.Count, Is.EqualTo(4));
        });
    }

    [Test]
    public void TheReplacementCache_IsBounded()
    {
        var peers = FarPeers(20);
        foreach (var peer in peers) _table.OnSeen(_now, peer);
        // Only the last three wait: after three failures nobody is left to take a place.
        var promoted = peers.Take(4).Select(p => _table.OnFailed(p).Promoted).ToList();
        Assert.That(promoted, Is.EqualTo(new PeerId?[] { peers[19], peers[18], peers[17], null }));
    }

    [Test]
    public void Closest_EqualsSortingEverybody()
    {
        var peers = TestPeers.Many(_random, 300);
        foreach (var peer in peers) _table.OnSeen(_now, peer);
        var held = _table.Entries.Select(e => e.Peer).ToList();
        for (var i = 0; i < 50; i++)
        {
            var target = KadKey.Of(TestPeers.Key(_random));
            Assert.That(_table.Closest(target, 7), Is.EqualTo(TestPeers.Closest(held, target, 7)), $"seed {Seed}, case {i}");
        }
    }

    [Test]
    public void TheDiversityRule_KeepsAPeerOut()
    {
        var table = new RoutingTable(_self, _options with { Diversity = new AtMostOne() });
        var peers = FarPeers(2);
        Assert.Multiple(() =>
        {
            Assert.That(table.OnSeen(_now, peers[0]), Is.EqualTo(TableAdmission.Added));
            Assert.That(table.OnSeen(_now, peers[1]), Is.EqualTo(TableAdmission.Refused));
        });
    }

    [Test]
    public void ABucketLookedUp_IsNotDueUntilTheIntervalHasPassed()
    {
        var interval = TimeSpan.FromMinutes(5);
        foreach (var prefix in new[] { 0, 1, 1, 1, 2 }) _table.OnSeen(_now, TestPeers.AtPrefix(_random, _self, prefix));
        Assert.That(_table.DueForRefresh(_now, interval), Is.EqualTo(new[] { 0, 1 }), "buckets 2 and 1 hold the k = 4 nearest");

        _table.OnLookedUp(_now, KadKey.Of(TestPeers.AtPrefix(_random, _self, 1)));
        Assert.Multiple(() =>
        {
            Assert.That(_table.DueForRefresh(_now + TimeSpan.FromMinutes(4), interval), Is.EqualTo(new[] { 0 }));
            Assert.That(_table.DueForRefresh(_now + interval, interval), Is.EqualTo(new[] { 0, 1 }));
        });
    }

    [Test]
    public void AnEmptyTable_HasNothingToRefresh()
    {
        Assert.That(_table.DueForRefresh(_now, TimeSpan.FromMinutes(5)), Is.Empty);
    }

    private List<PeerId> FarPeers(int count) => [.. Enumerable.Range(0, count).Select(_ => TestPeers.AtPrefix(_random, _self, 0))];

    private List<PeerId> FillAndTakeCheck(out PeerId check)
    {
        var peers = FarPeers(6);
        foreach (var peer in peers.Take(4)) _table.OnSeen(_now, peer);
        _now += _options.StaleAfter;
        _table.OnSeen(_now, peers[4]);
        Assert.That(_table.TryTakeCheck(out check), Is.True);
        return peers;
    }

    private sealed class AtMostOne : IBucketDiversity
    {
        public bool MayJoin(PeerId candidate, IReadOnlyCollection<PeerId> bucket) => bucket.Count == 0;
    }
}
