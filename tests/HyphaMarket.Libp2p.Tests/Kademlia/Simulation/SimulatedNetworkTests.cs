using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Simulation;

/// <summary>A thousand cores against the naive twin: sort all peers by distance.</summary>
public sealed class SimulatedNetworkTests
{
    private const int Servers = 1_000;
    private const int Lookups = 200;

    // Other seeds: dotnet test --filter SimulatedNetworkTests -- TestRunParameters.Parameter(name="seed",value="7")
    private static int Seed => int.Parse(TestContext.Parameters.Get("seed", "20260101"), System.Globalization.CultureInfo.InvariantCulture);

    private SimulatedNetwork _network = null!;

    [OneTimeSetUp]
    public void GrowTheNetwork()
    {
        _network = new SimulatedNetwork(new KademliaOptions(), Seed);
        _network.Grow(Servers);
        TestContext.Progress.WriteLine($"Kademlia simulation: joining {Servers} nodes took {_network.Messages / (double)Servers:F1} messages a node; seed {Seed}");
    }

    [TestCase(1)]
    [TestCase(4)]
    public void ClosestPeers_OfAThousandServers_EqualTheBruteForceOrder(int disjointPaths)
    {
        var all = _network.Alive;
        var reports = new List<LookupReport>();
        for (var i = 0; i < Lookups; i++)
        {
            var from = _network.PickAlive();
            var key = _network.PickKey();
            var report = _network.Lookup(from, key, disjointPaths);
            Assert.That(report.Outcome, Is.EqualTo(LookupOutcome.Converged));
            Assert.That(report.Peers.Select(p => p.Id), Is.EqualTo(TestPeers.Closest(all.Where(p => p != from), KadKey.Of(key), 20)), $"seed {Seed}, lookup {i}");
            reports.Add(report);
        }
        Print($"{Servers} nodes, {disjointPaths} paths", reports);
        Assert.That(reports.Max(r => r.Hops), Is.LessThanOrEqualTo(6), "a thousand servers are far fewer than six hops apart");
    }

    [Test]
    public void ClosestPeers_AfterAThirdDied_EqualTheBruteForceOrderOfTheLiving()
    {
        var network = new SimulatedNetwork(new KademliaOptions(), Seed);
        network.Grow(200);
        foreach (var peer in network.Alive.Where((_, i) => i % 3 == 0).ToList()) network.Kill(peer);
        // The interval passes and everybody refreshes once, as the maintenance loop does.
        network.Advance(new KademliaOptions().RefreshInterval);
        foreach (var peer in network.Alive) network.Refresh(peer);
        var alive = network.Alive;
        var reports = new List<LookupReport>();
        for (var i = 0; i < 100; i++)
        {
            var from = network.PickAlive();
            var key = network.PickKey();
            var report = network.Lookup(from, key);
            Assert.That(report.Peers.Select(p => p.Id), Is.EqualTo(TestPeers.Closest(alive.Where(p => p != from), KadKey.Of(key), 20)), $"seed {Seed}, lookup {i}");
            reports.Add(report);
        }
        Print("a third dead, one refresh", reports);
    }

    [Test]
    public void TheSizeEstimate_OfEachNode_IsNearTheTruth()
    {
        // Two rounds of refresh after everybody has joined; what was measured while the network grew has lapsed.
        var options = new KademliaOptions();
        var nodes = _network.Alive.Take(40).ToList();
        _network.Advance(options.SizeSampleLifetime);
        foreach (var peer in nodes) _network.Refresh(peer);
        _network.Advance(options.RefreshInterval);
        foreach (var peer in nodes) _network.Refresh(peer);
        var estimates = nodes.Select(p => _network[p].Size.Estimate(_network.Now)!.Value).ToList();
        var errors = estimates.Select(e => Math.Abs(e.Servers - Servers) / Servers).ToList();
        TestContext.Out.WriteLine(
            $"size estimate of {Servers}: mean {estimates.Average(e => e.Servers):F0}, mean error {errors.Average():P1}, worst of {nodes.Count} nodes {errors.Max():P1}, " +
            $"samples mean {estimates.Average(e => e.Samples):F1}; seed {Seed}");
        Assert.Multiple(() =>
        {
            Assert.That(estimates.Average(e => e.Servers), Is.EqualTo(Servers).Within(10).Percent, $"no bias; seed {Seed}");
            Assert.That(errors.Average(), Is.LessThan(0.15), $"seed {Seed}");
        });
    }

    [Test]
    public void LiarsWhoNameOnlyPeersThatDoNotExist_CannotHideThoseWhoAnswerFromAnyPath()
    {
        var options = new KademliaOptions { DisjointPaths = 4 };
        var network = new SimulatedNetwork(options, Seed);
        network.Grow(200);
        var random = new Random(Seed);
        var everybody = network.Alive;
        var liars = everybody.Where((_, i) => i % 10 == 0).ToHashSet();
        foreach (var liar in liars)
        {
            network.Liars[liar] = request => new KadMessage
            {
                Type = KadMessageType.FindNode,
                Key = request.Key,
                CloserPeers = [.. Enumerable.Range(0, 20).Select(_ => TestPeers.Named(TestPeers.AtPrefixOf(random, KadKey.Of(request.Key.Span), 8)))],
            };
        }
        var exact = 0;
        for (var i = 0; i < 50; i++)
        {
            var from = everybody.First(p => !liars.Contains(p));
            var key = network.PickKey();
            var report = network.Lookup(from, key);
            Assert.That(report.Requests, Is.LessThanOrEqualTo(options.MaxRequestsPerLookup));
            if (report.Peers.Select(p => p.Id).SequenceEqual(TestPeers.Closest(everybody.Where(p => p != from), KadKey.Of(key), 20))) exact++;
        }
        TestContext.Out.WriteLine($"10 % liars, 4 disjoint paths: {exact} of 50 lookups exact");
        Assert.That(exact, Is.GreaterThanOrEqualTo(48), $"seed {Seed}");
    }

    private static void Print(string what, List<LookupReport> reports) => TestContext.Out.WriteLine(
        $"{what}; {reports.Count} lookups: hops mean {reports.Average(r => r.Hops):F2} max {reports.Max(r => r.Hops)}, " +
        $"messages mean {reports.Average(r => r.Requests):F1} max {reports.Max(r => r.Requests)}, peers seen mean {reports.Average(r => r.PeersSeen):F0}; seed {Seed}");
}
