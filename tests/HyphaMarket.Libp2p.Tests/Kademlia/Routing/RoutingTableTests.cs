using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Routing;

public sealed class RoutingTableTests
{
    private const int Seed = 11;
    private readonly Random _random = new(Seed);
    private readonly KademliaOptions _options = new() { BucketSize = 4, ReplacementCacheSize = 3, StaleAfter = TimeSpan.FromMinutes(5), LimitPrivateNetworks = true };
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
    public void ASilentPeer_MakesRoomForTheFreshestThatWaits_AfterFailuresInARow()
    {
        var peers = FillAndTakeCheck(out var check);
        _table.OnSeen(_now, peers[5]);
        for (var failure = 1; failure < _options.MaxFailures; failure++)
        {
            Assert.That(_table.OnFailed(_now, check).Removed, Is.False, $"failure {failure}");
            _now += _options.SuspectCheckInterval;
        }
        var (removed, promoted) = _table.OnFailed(_now, check);
        Assert.Multiple(() =>
        {
            Assert.That(removed, Is.True);
            Assert.That(promoted, Is.EqualTo(peers[5]));
            Assert.That(_table.Contains(check), Is.False);
            Assert.That(_table.Count, Is.EqualTo(4));
        });
    }

    [Test]
    public void ASuspect_KeepsItsPlace_IsNamedToNobody_AndIsDueForAPing()
    {
        var peers = FarPeers(3);
        foreach (var peer in peers) _table.OnSeen(_now, peer);
        _table.OnFailed(_now, peers[1]);
        Assert.Multiple(() =>
        {
            Assert.That(_table.Contains(peers[1]), Is.True);
            Assert.That((_table.Count, _table.LiveCount), Is.EqualTo((3, 2)));
            Assert.That(_table.Closest(KadKey.Of(peers[1]), 4), Is.EquivalentTo(new[] { peers[0], peers[2] }));
            Assert.That(_table.Closest(KadKey.Of(peers[1]), 4, suspects: true)[0], Is.EqualTo(peers[1]));
            Assert.That(_table.SuspectsToCheck(_now), Is.Empty);
            Assert.That(_table.NextSuspectCheck, Is.EqualTo(_now + _options.SuspectCheckInterval));
            Assert.That(_table.SuspectsToCheck(_now + _options.SuspectCheckInterval), Is.EqualTo(new[] { peers[1] }));
        });
    }

    [Test]
    public void ASuspectThatAnswers_IsNoneAnyMore_ButOneThatOnlyAsksIs()
    {
        var peers = FarPeers(2);
        foreach (var peer in peers) _table.OnSeen(_now, peer);
        foreach (var peer in peers) _table.OnFailed(_now, peer);
        _table.OnHeard(_now, peers[0]);
        _table.OnChecked(_now, peers[1]);
        Assert.That(_table.Entries.Single(e => e.IsSuspect).Peer, Is.EqualTo(peers[0]));
    }

    [Test]
    public void ManyFailuresOfOneOutage_CountOnce()
    {
        var peer = FarPeers(1)[0];
        _table.OnSeen(_now, peer);
        for (var i = 0; i < 20; i++) _table.OnFailed(_now + TimeSpan.FromSeconds(i), peer);
        Assert.That(_table.Entries[0].Failures, Is.EqualTo(1));
    }

    [Test]
    public void TheReplacementCache_IsBounded()
    {
        var peers = FarPeers(20);
        foreach (var peer in peers) _table.OnSeen(_now, peer);
        // Only the last three wait: after three failures nobody is left to take a place.
        var promoted = peers.Take(4).Select(p => _table.OnLeft(p).Promoted).ToList();
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
    public void OneNetwork_HasAFewPlacesInABucket_AndNoneWaitsBeyondThem()
    {
        var network = Prefix("/ip4/198.51.100.7/tcp/1");
        var strangers = FarPeers(5);
        Assert.That(strangers.Select(p => _table.OnSeen(_now, p, network)),
            Is.EqualTo(new[] { TableAdmission.Added, TableAdmission.Added, TableAdmission.Refused, TableAdmission.Refused, TableAdmission.Refused }));
        var others = FarPeers(2);
        Assert.Multiple(() =>
        {
            Assert.That(_table.OnSeen(_now, others[0], Prefix("/ip4/198.51.101.7/tcp/1")), Is.EqualTo(TableAdmission.Added), "the next /24 is another network");
            Assert.That(_table.OnSeen(_now, others[1], prefix: null), Is.EqualTo(TableAdmission.Added), "what has no prefix is not counted");
            _table.OnLeft(strangers[0]);
            Assert.That(_table.OnSeen(_now, strangers[4], network), Is.EqualTo(TableAdmission.Added), "a place that was left is free again");
        });
    }

    [Test]
    public void OneNetwork_HasAFewPlacesInTheWholeTable()
    {
        var table = new RoutingTable(_self, _options with { MaxPeersPerPrefix = 3 });
        var network = Prefix("/ip6/2001:db8:1:2::3/tcp/1");
        var admissions = Enumerable.Range(0, 5).Select(bucket => table.OnSeen(_now, TestPeers.AtPrefix(_random, _self, bucket), network)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(admissions.Count(a => a == TableAdmission.Added), Is.EqualTo(3));
            Assert.That(table.OnSeen(_now, TestPeers.AtPrefix(_random, _self, 3), Prefix("/ip6/2001:db8:1:9::3/tcp/1")), Is.EqualTo(TableAdmission.Refused), "the same /48");
            Assert.That(table.OnSeen(_now, TestPeers.AtPrefix(_random, _self, 3), Prefix("/ip6/2001:db8:2::3/tcp/1")), Is.EqualTo(TableAdmission.Added));
        });
    }

    [Test]
    public void AWaitingPeerOfACrowdedNetwork_IsNotPromoted()
    {
        var network = Prefix("/ip4/198.51.100.7/tcp/1");
        var places = FarPeers(4);
        _table.OnSeen(_now, places[0], network);
        foreach (var peer in places.Skip(1)) _table.OnSeen(_now, peer);
        var waiting = FarPeers(3);
        _table.OnSeen(_now, waiting[0]);
        _table.OnSeen(_now, waiting[1], network);
        _table.OnSeen(_now, waiting[2], network);
        var promoted = places.Skip(1).Select(p => _table.OnLeft(p).Promoted).ToList();
        Assert.That(promoted, Is.EqualTo(new PeerId?[] { waiting[2], waiting[0], null }));
    }

    [Test]
    public void AFullBucket_MakesRoomForAFewVouchedPeers_AndItsNewestGo()
    {
        var table = new RoutingTable(_self, _options with { VouchedPlaces = 2 });
        var squatters = FarPeers(4);
        foreach (var peer in squatters) table.OnSeen(_now += TimeSpan.FromSeconds(1), peer);
        var vouched = FarPeers(3);
        var displaced = new List<PeerId?>();
        foreach (var peer in vouched)
        {
            table.OnSeen(_now, peer, prefix: null, isVouched: true, out var gone);
            displaced.Add(gone);
        }
        Assert.Multiple(() =>
        {
            Assert.That(displaced, Is.EqualTo(new PeerId?[] { squatters[3], squatters[2], null }));
            Assert.That(table.Entries.Select(e => e.Peer), Is.EquivalentTo(new[] { squatters[0], squatters[1], vouched[0], vouched[1] }));
            Assert.That(table.Count, Is.EqualTo(4));
        });
    }

    [TestCase("/ip4/127.0.0.1/tcp/1")]
    [TestCase("/ip4/10.1.2.3/tcp/1")]
    [TestCase("/ip4/172.31.2.3/tcp/1")]
    [TestCase("/ip4/192.168.2.3/tcp/1")]
    [TestCase("/ip4/169.254.2.3/tcp/1")]
    [TestCase("/ip4/100.64.2.3/tcp/1")]
    [TestCase("/ip6/::1/tcp/1")]
    [TestCase("/ip6/fe80::1/tcp/1")]
    [TestCase("/ip6/fd00::1/tcp/1")]
    [TestCase("/dns4/example.org/tcp/1")]
    public void AnAddressWithinReachOfFewOrByName_HasNoPrefix(string address)
    {
        Assert.That(NetworkPrefix.Of(Multiaddr.Parse(address), countPrivate: false), Is.Null);
    }

    [TestCase("/ip4/198.51.100.7/tcp/1", "198.51.100.0/24")]
    [TestCase("/ip4/172.32.0.1/udp/1/quic-v1", "172.32.0.0/24")]
    [TestCase("/ip6/2001:db8:1:2::3/tcp/1", "2001:db8:1::/48")]
    [TestCase("/ip6/::ffff:198.51.100.7/tcp/1", "198.51.100.0/24")]
    public void APublicAddress_HasThePrefixOfItsNetwork(string address, string prefix)
    {
        Assert.That(NetworkPrefix.Of(Multiaddr.Parse(address), countPrivate: false).ToString(), Is.EqualTo(prefix));
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

    private static NetworkPrefix? Prefix(string address) => NetworkPrefix.Of(Multiaddr.Parse(address), countPrivate: true);
}
