using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

/// <summary>Whole networks of routers. A failure prints its seed; put it into a TestCase to replay it.</summary>
public sealed class SimulationTests
{
    [TestCase(50, 41)]
    [TestCase(50, 42)]
    public void WithIDontWant_EveryMessageStillReachesEveryone_AndFewerCopiesAreSent(int nodes, int seed)
    {
        var copies = new List<int>();
        foreach (var threshold in new[] { 1, int.MaxValue })
        {
            var network = new SimulatedNetwork(nodes, seed, new GossipsubOptions { FloodPublish = false, IDontWantThreshold = threshold });
            network.ConnectAtRandom(links: 6);
            network.SubscribeAll();
            network.Run(TimeSpan.FromSeconds(5));
            var before = network.MessagesCarried;
            for (var i = 0; i < 20; i++)
            {
                network.Publish(i % nodes, i + 1);
                network.Run(TimeSpan.FromMilliseconds(500));
            }
            network.Run(TimeSpan.FromSeconds(5));
            for (var node = 0; node < nodes; node++)
            {
                var own = Enumerable.Range(0, 20).Count(i => i % nodes == node);
                Assert.That(network.Delivered[node], Has.Count.EqualTo(20 - own).And.Unique, $"seed {seed}, threshold {threshold}, node {node}");
            }
            copies.Add(network.MessagesCarried - before);
        }
        TestContext.Out.WriteLine($"seed {seed}: {copies[0]} copies with IDONTWANT, {copies[1]} without, {20 * (nodes - 1)} needed");
        Assert.That(copies[0], Is.LessThan(copies[1]), $"seed {seed}");
    }

    private const string Topic = SimulatedNetwork.Topic;

    [TestCase(50, 1)]
    [TestCase(50, 2)]
    [TestCase(100, 3)]
    public void EveryMessage_ReachesEverySubscriberExactlyOnce(int nodes, int seed)
    {
        var network = Formed(nodes, seed);
        var published = PublishFromEveryone(network);

        network.Run(TimeSpan.FromSeconds(5));

        AssertExactlyOnce(network, published, seed);
    }

    [TestCase(50, 4)]
    [TestCase(100, 5)]
    public void WithoutFloodPublish_TheMeshAloneReachesEveryone(int nodes, int seed)
    {
        var network = Formed(nodes, seed, new GossipsubOptions { FloodPublish = false });
        var published = PublishFromEveryone(network);

        // Gossip begins at the heartbeat, a second later; so what has arrived by then came over the mesh.
        network.Run(TimeSpan.FromMilliseconds(900));

        AssertExactlyOnce(network, published, seed);
    }

    [TestCase(100, 6)]
    public void AfterHeartbeats_MeshesAreWithinTheirBoundsAndMutual(int nodes, int seed)
    {
        var network = Formed(nodes, seed);

        using (Assert.EnterMultipleScope())
        {
            for (var i = 0; i < nodes; i++)
            {
                var mesh = network.Routers[i].MeshPeers(Topic);
                Assert.That(mesh, Has.Count.InRange(network.Options.DegreeLow, network.Options.DegreeHigh), $"seed {seed}, node {i}");
                foreach (var peer in mesh)
                {
                    var other = Enumerable.Range(0, nodes).Single(n => TestPeers.Peer(n) == peer);
                    Assert.That(network.Routers[other].MeshPeers(Topic), Has.Member(TestPeers.Peer(i)), $"seed {seed}: link {i} to {other} has one end");
                }
            }
        }
    }

    [TestCase(60, 7)]
    public void MessagesLostOnTheMesh_AreRecoveredByGossip(int nodes, int seed)
    {
        var network = Formed(nodes, seed);
        var random = new Random(seed);
        // A third of all frames with messages are lost, except those that answer an IWANT, which come after the first heartbeat.
        var start = network.Now;
        network.Loses = (_, _, rpc) => rpc.Messages.Count > 0 && network.Now - start < TimeSpan.FromMilliseconds(500) && random.Next(3) == 0;
        var unlucky = nodes - 1;
        var lose = network.Loses;
        network.Loses = (from, to, rpc) => lose(from, to, rpc) || (to == unlucky && rpc.Messages.Count > 0 && network.Now - start < TimeSpan.FromMilliseconds(900));
        var published = PublishFromEveryone(network);
        network.Run(TimeSpan.FromMilliseconds(900));
        Assume.That(network.Delivered[unlucky], Is.Empty);

        network.Run(TimeSpan.FromSeconds(8));

        AssertExactlyOnce(network, published, seed);
    }

    [TestCase(60, 8)]
    public void WhenAThirdOfTheNodesVanish_TheRestMendTheMeshAndHearEverything(int nodes, int seed)
    {
        var network = Formed(nodes, seed, links: 12);
        for (var gone = 0; gone < nodes / 3; gone++)
        {
            for (var other = 0; other < nodes; other++) network.Disconnect(gone, other);
        }
        network.Run(TimeSpan.FromSeconds(5));

        var result = network.Publish(nodes - 1, 1);
        network.Run(TimeSpan.FromSeconds(5));

        using (Assert.EnterMultipleScope())
        {
            for (var i = nodes / 3; i < nodes - 1; i++)
            {
                Assert.That(network.Delivered[i], Is.EqualTo(new[] { result.MessageId }), $"seed {seed}, node {i}");
                Assert.That(network.Routers[i].MeshPeers(Topic), Has.Count.GreaterThanOrEqualTo(network.Options.DegreeLow), $"seed {seed}, node {i}");
            }
        }
    }

    [TestCase(50, 9)]
    public void AMessageThatEveryoneRejects_DoesNotSpread(int nodes, int seed)
    {
        var network = Formed(nodes, seed);
        network.Judges = (_, _) => ValidationOutcome.Reject;

        var result = network.Publish(0, 1);
        network.Run(TimeSpan.FromSeconds(8));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(network.Delivered.SelectMany(delivered => delivered), Is.Empty);
            var reached = network.Routers.Sum(router => router.Counters[GossipsubCounter.Rejected]);
            Assert.That(reached, Is.EqualTo(result.Peers), $"seed {seed}: only those whom its publisher sent it to saw it");
        }
    }

    [Test]
    public void TheSameSeed_GivesTheSameRun()
    {
        static string Run()
        {
            var network = Formed(30, seed: 10);
            PublishFromEveryone(network);
            network.Run(TimeSpan.FromSeconds(5));
            return string.Join('\n', network.Delivered.Select(delivered => string.Join(' ', delivered)));
        }

        var first = Run();
        var second = Run();

        Assert.That(second, Is.EqualTo(first));
    }

    private static SimulatedNetwork Formed(int nodes, int seed, GossipsubOptions? options = null, int links = 6)
    {
        var network = new SimulatedNetwork(nodes, seed, options);
        network.ConnectAtRandom(links);
        network.SubscribeAll();
        network.Run(TimeSpan.FromSeconds(10));
        return network;
    }

    private static List<(int Publisher, MessageId Id)> PublishFromEveryone(SimulatedNetwork network)
    {
        var published = new List<(int, MessageId)>();
        for (var i = 0; i < network.Routers.Count - 1; i++) published.Add((i, network.Publish(i, 1).MessageId));
        return published;
    }

    private static void AssertExactlyOnce(SimulatedNetwork network, List<(int Publisher, MessageId Id)> published, int seed)
    {
        using (Assert.EnterMultipleScope())
        {
            for (var i = 0; i < network.Routers.Count; i++)
            {
                Assert.That(network.Delivered[i], Is.EquivalentTo(published.Where(message => message.Publisher != i).Select(message => message.Id)), $"seed {seed}, node {i}");
            }
        }
    }
}
