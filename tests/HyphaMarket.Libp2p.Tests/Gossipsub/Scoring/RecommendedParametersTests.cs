using System.Net;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Scoring;

/// <summary>What the remarks on the recommended parameters promise.</summary>
public sealed class RecommendedParametersTests
{
    private static readonly PeerScoreParameters Parameters = PeerScoreParameters.Recommended;
    private static readonly ScoreThresholds Thresholds = Parameters.Thresholds;
    private static readonly PeerId Someone = TestPeers.Peer(1);

    [Test]
    public void TheyAreValid() => Assert.That(Parameters.Validate, Throws.Nothing);

    [Test]
    public void InvalidMessages_CostTheMeshAtOnce_GossipAtThree_PublishingAtFour_EverythingAtSix()
    {
        var steps = Fall(score => score.OnInvalid(default, Someone, "t"));
        Assert.That(steps, Is.EqualTo((1, 3, 4, 6)));
    }

    [Test]
    public void FaultsOfManners_CostTheMeshAtSeven_GossipAtFourteen_PublishingAtSeventeen_EverythingAtTwentyTwo()
    {
        var steps = Fall(score => score.OnMisbehaviour(default, Someone, Misbehaviour.BrokenPromise));
        Assert.That(steps, Is.EqualTo((7, 14, 17, 22)));
    }

    [Test]
    public void NodesAtOneAddress_ArePunishedFromTheEleventh_AndGraylistedFromTheTwentySixth()
    {
        var score = new PeerScore(Parameters, _ => [IPAddress.Parse("192.0.2.1")]);
        var steps = Fall(score, i => score.OnPeer(default, TestPeers.Peer(i)));
        Assert.That(steps, Is.EqualTo((11, 18, 21, 26)));
    }

    [Test]
    public void WhoServesTwentyBusyTopics_LosesItsPlaceInTheMesh_AtTheThirdInvalidMessage()
    {
        var score = new PeerScore(Parameters);
        score.OnPeer(default, Someone);
        foreach (var topic in Enumerable.Range(0, 20).Select(i => $"t{i}"))
        {
            for (var i = 0; i < 1000; i++) score.OnFirstDelivery(default, Someone, topic);
        }
        Assert.That(score.Score(Someone), Is.EqualTo(100), "far from where others' suggestions are believed");

        for (var i = 0; i < 2; i++) score.OnInvalid(default, Someone, "u");
        Assert.That(score.Score(Someone), Is.Zero);

        score.OnInvalid(default, Someone, "u");
        Assert.That(score.Score(Someone), Is.LessThan(0));
    }

    [TestCase(10, 51)]
    [TestCase(60, 52)]
    public void InAnHonestNetwork_BusyAndQuietByTurns_NobodyEverFallsBelowZero(int nodes, int seed)
    {
        var network = new SimulatedNetwork(nodes, seed, new GossipsubOptions { Scoring = Parameters });
        network.ConnectAtRandom(links: 6);
        network.SubscribeAll();
        var lowest = 0.0;
        var sequence = 0L;
        for (var minute = 0; minute < 4; minute++)
        {
            for (var second = 0; second < 60; second++)
            {
                for (var i = 0; i < (minute % 2 == 0 ? 5 : 0); i++) network.Publish((int)(sequence % nodes), ++sequence);
                network.Run(TimeSpan.FromSeconds(1));
            }
            lowest = Math.Min(lowest, Enumerable.Range(0, nodes).Min(at => Enumerable.Range(0, nodes).Min(of => network.Routers[at].Score(TestPeers.Peer(of)))));
        }
        Assert.That(lowest, Is.Zero, $"seed {seed}");
        Assert.That(network.Routers.Sum(router => router.Counters[GossipsubCounter.GraftsDuringBackoff] + router.Counters[GossipsubCounter.BrokenPromises]), Is.Zero, $"seed {seed}");
    }

    private static (int Mesh, int Gossip, int Publish, int Graylist) Fall(Action<PeerScore> offend)
    {
        var score = new PeerScore(Parameters);
        score.OnPeer(default, Someone);
        return Fall(score, _ => offend(score));
    }

    /// <summary>After how many offences each threshold is passed.</summary>
    private static (int Mesh, int Gossip, int Publish, int Graylist) Fall(PeerScore score, Action<int> offend)
    {
        int mesh = 0, gossip = 0, publish = 0, graylist = 0;
        for (var i = 1; graylist == 0; i++)
        {
            Assert.That(i, Is.LessThan(100));
            offend(i);
            var value = score.Score(Someone);
            if (mesh == 0 && value < 0) mesh = i;
            if (gossip == 0 && value < Thresholds.Gossip) gossip = i;
            if (publish == 0 && value < Thresholds.Publish) publish = i;
            if (graylist == 0 && value < Thresholds.Graylist) graylist = i;
        }
        return (mesh, gossip, publish, graylist);
    }
}
