using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Lookups;

public sealed class LookupTests
{
    private const int Seed = 23;
    private readonly Random _random = new(Seed);
    private readonly KademliaOptions _options = new() { BucketSize = 4, Parallelism = 3, DisjointPaths = 1, MaxPeersPerLookup = 100, MaxRequestsPerLookup = 50 };
    private readonly KadKey _target = KadKey.Of("target"u8);
    private PeerId _self;

    [SetUp]
    public void SetUp() => _self = TestPeers.Next(_random);

    [Test]
    public void WithoutSeeds_ItHasConvergedOnNobody()
    {
        var lookup = Create([], _options);
        Assert.Multiple(() =>
        {
            Assert.That(lookup.Outcome, Is.EqualTo(LookupOutcome.Converged));
            Assert.That(lookup.TryTake(out _), Is.False);
            Assert.That(lookup.Report().Peers, Is.Empty);
        });
    }

    [Test]
    public void AtMostAlphaRequests_AreUnderWay()
    {
        var lookup = Create(TestPeers.Many(_random, 10), _options);
        Assert.That(TakeAll(lookup), Has.Count.EqualTo(3));
    }

    [Test]
    public void TheNearestPeers_AreAskedFirst()
    {
        var peers = TestPeers.Many(_random, 10);
        var asked = TakeAll(Create(peers, _options)).Select(r => r.Peer);
        Assert.That(asked, Is.EqualTo(TestPeers.Closest(peers, _target, 3)));
    }

    [Test]
    public void ItEnds_WhenTheKClosestSeenHaveAnswered()
    {
        var peers = TestPeers.Many(_random, 30);
        var lookup = Create(peers.Take(2), _options);
        var asked = Drive(lookup, _ => [.. peers.Select(TestPeers.Named)]);
        var report = lookup.Report();
        Assert.Multiple(() =>
        {
            Assert.That(report.Outcome, Is.EqualTo(LookupOutcome.Converged));
            // Answers are cut to k = 4, and everybody names the same first four.
            Assert.That(report.Peers.Select(p => p.Id), Is.EqualTo(TestPeers.Closest(peers.Take(4), _target, 4)));
            Assert.That(asked, Has.Count.LessThanOrEqualTo(4));
        });
    }

    [Test]
    public void APeerThatFails_IsNeverInTheResult_AndTheNextNearestTakesItsPlace()
    {
        var peers = TestPeers.Many(_random, 6);
        var dead = TestPeers.Closest(peers, _target, 2);
        var lookup = Create(peers, _options);
        Drive(lookup, peer => dead.Contains(peer) ? null : []);
        var report = lookup.Report();
        Assert.Multiple(() =>
        {
            Assert.That(report.Peers.Select(p => p.Id), Is.EqualTo(TestPeers.Closest(peers.Except(dead), _target, 4)));
            Assert.That(report.Failures, Is.EqualTo(2));
            Assert.That(report.Outcome, Is.EqualTo(LookupOutcome.Converged));
        });
    }

    [Test]
    public void NobodyIsAskedTwice_AndNeverOurselves()
    {
        var peers = TestPeers.Many(_random, 8);
        var lookup = Create(peers, _options);
        var asked = Drive(lookup, _ => [TestPeers.Named(_self), .. peers.Select(TestPeers.Named)]);
        Assert.Multiple(() =>
        {
            Assert.That(asked, Is.Unique);
            Assert.That(asked, Has.No.Member(_self));
        });
    }

    [Test]
    public void AnAnswerNobodyWaitsFor_ChangesNothing()
    {
        var peers = TestPeers.Many(_random, 3);
        var stranger = TestPeers.Next(_random);
        var lookup = Create(peers, _options);
        var first = TakeAll(lookup)[0].Peer;
        lookup.OnResponse(first, []);
        lookup.OnResponse(first, [TestPeers.Named(stranger)]);
        lookup.OnResponse(stranger, [TestPeers.Named(stranger)]);
        lookup.OnFailure(stranger);
        Assert.Multiple(() =>
        {
            Assert.That(lookup.Report().PeersSeen, Is.EqualTo(3));
            Assert.That(lookup.Failures, Is.Zero);
        });
    }

    [Test]
    public void AddressesOfManyTellers_AreMergedUpToTheBound()
    {
        var (teller, other) = (TestPeers.Next(_random), TestPeers.Next(_random));
        var subject = TestPeers.AtPrefixOf(_random, _target, 6);
        var lookup = Create([teller, other], _options with { MaxAddressesPerPeer = 3, Parallelism = 2 });
        TakeAll(lookup);
        lookup.OnResponse(teller, [new KadPeer(subject, [TestPeers.AddressOf(1), TestPeers.AddressOf(2)])]);
        // Two requests were under way, so the subject is asked only now: stop the turn by answering before taking.
        lookup.OnResponse(other, [new KadPeer(subject, [TestPeers.AddressOf(2), TestPeers.AddressOf(3), TestPeers.AddressOf(4)])]);
        Assert.That(lookup.TryTake(out var request), Is.True);
        Assert.That(request.Addresses, Is.EqualTo(new[] { TestPeers.AddressOf(1), TestPeers.AddressOf(2), TestPeers.AddressOf(3) }));
    }

    [Test]
    public void EndlessFreshPeersThatAnswer_EndAtABound_AndAreNotCalledConverged()
    {
        // Every liar names four new peers that are nearer than anybody before. (Ten bits nearer is as far as a test can grind.)
        var nearness = 0;
        var lookup = Create(TestPeers.Many(_random, 3), _options with { MaxRequestsPerLookup = 12 });
        Drive(lookup, _ =>
        {
            nearness = Math.Min(nearness + 1, 10);
            return [.. Enumerable.Range(0, 4).Select(_ => TestPeers.Named(TestPeers.AtPrefixOf(_random, _target, nearness)))];
        });
        var report = lookup.Report();
        Assert.Multiple(() =>
        {
            Assert.That(report.Outcome, Is.EqualTo(LookupOutcome.Exhausted));
            Assert.That(report.Requests, Is.EqualTo(12));
            Assert.That(report.PeersSeen, Is.LessThanOrEqualTo(100));
        });
    }

    [Test]
    public void EndlessFreshPeersThatAreSilent_EndAtTheRequestBound()
    {
        var liar = TestPeers.Next(_random);
        var lookup = Create([liar], _options with { MaxRequestsPerLookup = 10, BucketSize = 4 });
        Drive(lookup, peer => peer == liar
            ? [.. Enumerable.Range(0, 40).Select(_ => TestPeers.Named(TestPeers.Next(_random)))]
            : null);
        // Forty were named, but an answer is read up to k = 4 only: the liar wins four timeouts, not forty.
        Assert.That(lookup.Report(), Has.Property("Requests").EqualTo(5).And.Property("Failures").EqualTo(4));
    }

    [Test]
    public void AChainLongerThanMaxHops_IsNotFollowed()
    {
        var prefix = 0;
        var lookup = Create([TestPeers.AtPrefixOf(_random, _target, 0)], _options with { MaxHops = 3 });
        Drive(lookup, _ => [TestPeers.Named(TestPeers.AtPrefixOf(_random, _target, ++prefix))]);
        Assert.Multiple(() =>
        {
            Assert.That(lookup.Requests, Is.EqualTo(3));
            Assert.That(lookup.Report().Hops, Is.EqualTo(3));
            Assert.That(lookup.Outcome, Is.EqualTo(LookupOutcome.Exhausted));
        });
    }

    [Test]
    public void AStoppedLookup_AsksNobodyMore_AndReportsWhatItHas()
    {
        var lookup = Create(TestPeers.Many(_random, 10), _options);
        var first = TakeAll(lookup)[0].Peer;
        lookup.OnResponse(first, []);
        lookup.Stop(LookupOutcome.TimedOut);
        Assert.Multiple(() =>
        {
            Assert.That(lookup.TryTake(out _), Is.False);
            Assert.That(lookup.Report().Outcome, Is.EqualTo(LookupOutcome.TimedOut));
            Assert.That(lookup.Report().Peers.Select(p => p.Id), Is.EqualTo(new[] { first }));
        });
    }

    [Test]
    public void DisjointPaths_ShareNoQueriedPeer_AndALiarSpoilsOnlyItsOwn()
    {
        // The liar's path is flooded with its accomplices, who know only one another; the honest path still finds the true nearest.
        var honest = TestPeers.Many(_random, 12);
        var accomplices = Enumerable.Range(0, 4).Select(_ => TestPeers.AtPrefixOf(_random, _target, 9)).ToList();
        var liar = TestPeers.AtPrefixOf(_random, _target, 8);
        var options = _options with { DisjointPaths = 2 };
        var lookup = Create([liar, .. honest.Take(3)], options);
        var owner = new Dictionary<PeerId, int>();
        Drive(lookup,
            peer => peer == liar || accomplices.Contains(peer)
                ? [.. accomplices.Select(TestPeers.Named)]
                : [.. TestPeers.Closest(honest, _target, 4).Select(TestPeers.Named)],
            request => Assert.That(owner.TryAdd(request.Peer, request.Path), Is.True, "asked once, by one path"));
        Assert.Multiple(() =>
        {
            Assert.That(owner.Values.Distinct().Count(), Is.EqualTo(2));
            foreach (var peer in TestPeers.Closest(honest, _target, 4)) Assert.That(owner, Does.ContainKey(peer), "an honest nearest peer was asked");
            Assert.That(lookup.Outcome, Is.EqualTo(LookupOutcome.Converged));
        });
    }

    [Test]
    public void APathThatALiarSpins_RunsOutOfItsOwnShare_AndTheOthersConverge()
    {
        // Whoever was named by the liar names four peers that are nearer still, without end; two honest paths of three see none of them.
        var options = _options with { DisjointPaths = 3, MaxRequestsPerLookup = 60 };
        var honest = TestPeers.Many(_random, 12);
        var nearest = TestPeers.Closest(honest, _target, 4);
        var liar = TestPeers.AtPrefixOf(_random, _target, 4);
        var nearness = 4;
        var lookup = Create([liar, .. honest.Take(5)], options);
        var paths = new Dictionary<PeerId, int>();
        Drive(lookup,
            peer => honest.Contains(peer)
                ? [.. nearest.Select(TestPeers.Named)]
                : [.. Enumerable.Range(0, 4).Select(_ => TestPeers.Named(TestPeers.AtPrefixOf(_random, _target, nearness = Math.Min(nearness + 1, 11))))],
            request => paths.Add(request.Peer, request.Path));
        Assert.Multiple(() =>
        {
            Assert.That(lookup.Outcome, Is.EqualTo(LookupOutcome.Converged), "two paths of three have");
            Assert.That(paths.Values.GroupBy(p => p).Select(g => g.Count()), Is.All.LessThanOrEqualTo(20), "a third of the requests each");
            foreach (var peer in nearest) Assert.That(paths, Does.ContainKey(peer), "an honest nearest peer was asked");
        });
    }

    private Lookup Create(IEnumerable<PeerId> seeds, KademliaOptions options) => new(_target, _self, seeds.Select(TestPeers.Named), options);

    private static List<LookupRequest> TakeAll(Lookup lookup)
    {
        var taken = new List<LookupRequest>();
        while (lookup.TryTake(out var request)) taken.Add(request);
        return taken;
    }

    // Answers in random order; null is a failure.
    private List<PeerId> Drive(Lookup lookup, Func<PeerId, IReadOnlyList<KadPeer>?> answer, Action<LookupRequest>? onRequest = null)
    {
        var asked = new List<PeerId>();
        var waiting = new List<PeerId>();
        while (!lookup.IsDone)
        {
            foreach (var request in TakeAll(lookup))
            {
                onRequest?.Invoke(request);
                asked.Add(request.Peer);
                waiting.Add(request.Peer);
            }
            var index = _random.Next(waiting.Count);
            var peer = waiting[index];
            waiting.RemoveAt(index);
            if (answer(peer) is { } closer) lookup.OnResponse(peer, closer);
            else lookup.OnFailure(peer);
        }
        return asked;
    }
}
