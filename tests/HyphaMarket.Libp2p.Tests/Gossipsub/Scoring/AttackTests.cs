using System.Net;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Scoring;

/// <summary>Attacks on routers with the recommended score parameters, unless a test says otherwise. A failure prints its seed.</summary>
public sealed class AttackTests
{
    private static readonly double Graylist = PeerScoreParameters.Recommended.Thresholds.Graylist, NoGossip = PeerScoreParameters.Recommended.Thresholds.Gossip;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [TestCase(21)]
    [TestCase(22)]
    public void IHaveSpam_OfMessagesThatDoNotExist_GraylistsItsSender(int seed)
    {
        var siege = new Siege(seed);
        siege.Play(Minute, _ => [new Rpc { IHave = [new IHave(Siege.Topic, [.. Enumerable.Range(0, 50).Select(_ => Invented(siege))])] }]);
        siege.AssertWithstood(below: Graylist);
    }

    [TestCase(23)]
    [TestCase(24)]
    public void IWantSpam_ForTheSameMessage_EndsGossipWithItsSender(int seed)
    {
        var siege = new Siege(seed);
        // Its IWANTs are not even read from there on, so nothing pushes it further down.
        siege.Play(Minute, _ => [new Rpc { IWant = [.. Enumerable.Repeat(siege.Recent, 100)] }]);
        siege.AssertWithstood(below: NoGossip);
    }

    [TestCase(25)]
    [TestCase(26)]
    public void AGraftFlood_DuringTheBackoff_GraylistsItsSender(int seed)
    {
        var siege = new Siege(seed);
        siege.Play(Minute, _ => [new Rpc { Prune = [new Prune(Siege.Topic, 60, [])] }, new Rpc { Graft = [Siege.Topic] }]);
        siege.AssertWithstood(below: Graylist);
    }

    [TestCase(27)]
    [TestCase(28)]
    public void InvalidMessageSpam_GraylistsItsSender(int seed)
    {
        var siege = new Siege(seed);
        siege.Play(Minute, attacker => [new Rpc { Messages = [TestMessages.Signed(TestPeers.Peer(attacker), siege.NextSequence(), Siege.Topic, "bad")] }]);
        siege.AssertWithstood(below: Graylist);
    }

    [TestCase(29)]
    [TestCase(30)]
    public void SquattingInTheMesh_WithoutDelivering_LosesThePlace(int seed)
    {
        // Four messages a second from everywhere: any member that forwards at all stays far above one delivery a minute.
        var siege = new Siege(seed, new PeerScoreParameters
        {
            OtherTopics = new TopicScoreParameters
            {
                MeshDeliveriesWeight = -10, MeshFailureWeight = -10, MeshDeliveriesThreshold = 1, MeshDeliveryWindow = TimeSpan.FromMilliseconds(500),
                MeshDeliveriesActivation = TimeSpan.FromSeconds(10),
            },
        });
        siege.Network.Loses = (from, _, rpc) => from >= Siege.Honest && rpc.Messages.Count > 0;
        siege.Play(Minute);
        siege.AssertWithstood(below: null);
    }

    [Test]
    public void AGraftFloodInOneFrame_IsAnsweredUntilTheGraylistOnly()
    {
        var node = new RouterHarness(new GossipsubOptions { Scoring = PeerScoreParameters.Recommended }).WithPeers(1).Subscribed();
        node.Receive(1, new Rpc { Prune = [new Prune(RouterHarness.Topic, 60, [])] });
        node.TakeAllSent();

        node.Receive(1, new Rpc { Graft = [.. Enumerable.Repeat(RouterHarness.Topic, 1000)] });

        // The 22nd fault passes the graylist threshold by the defaults.
        Assert.That(node.TakeSent(1).Sum(rpc => rpc.Prune.Count), Is.EqualTo(22));
    }

    [Test]
    public void AnEclipseBySybilsAtOneAddress_EndsWithAMeshOfHonestPeers()
    {
        const int Sybils = 12, Honest = 6;
        var number = Enumerable.Range(1, Sybils + Honest).ToDictionary(TestPeers.Peer);
        var score = new PeerScore(PeerScoreParameters.Recommended, peer => [IPAddress.Parse(number[peer] <= Sybils ? "192.0.2.1" : $"198.51.100.{number[peer]}")]);
        var node = new RouterHarness(score: score).WithPeers(Sybils).Subscribed();
        node.WithPeers(Honest);

        node.Heartbeat(2);
        node.TakeAllSent();
        node.Receive(Sybils + 1, PubsubMessage.Unsigned(RouterHarness.Topic, new byte[1]));

        var honest = Enumerable.Range(Sybils + 1, Honest).Select(TestPeers.Peer).ToArray();
        var mesh = node.Router.MeshPeers(RouterHarness.Topic);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(mesh, Is.SubsetOf(honest).And.Count.GreaterThanOrEqualTo(4));
            Assert.That(Enumerable.Range(1, Sybils).Select(i => score.Score(TestPeers.Peer(i))), Is.All.LessThan(0));
            Assert.That(honest.Select(score.Score), Is.All.GreaterThanOrEqualTo(0));
            Assert.That(node.TakeAllSent().Select(sent => sent.To), Is.EquivalentTo(mesh.Where(peer => peer != honest[0])), "what one says the others hear");
        }
    }

    [Test]
    public void AnEclipseByInconspicuousSybils_IsBrokenByOpportunisticGrafting()
    {
        // They hold every place in the mesh, deliver nothing and break no rule; the honest peers are known by their gossip alone.
        const int Sybils = 12, Honest = 6;
        var node = new RouterHarness(new GossipsubOptions { Scoring = PeerScoreParameters.Recommended }).WithPeers(Sybils).Subscribed();
        for (var sybil = 1; sybil <= Sybils; sybil++) node.Receive(sybil, new Rpc { Graft = [RouterHarness.Topic] });
        node.WithPeers(Honest);
        Assume.That(node.Router.MeshPeers(RouterHarness.Topic), Has.Count.EqualTo(Sybils));

        var sent = 0;
        for (var second = 0; second < 180; second++)
        {
            var message = PubsubMessage.Unsigned(RouterHarness.Topic, BitConverter.GetBytes(second));
            var gossiper = Sybils + 1 + (second % Honest);
            node.Receive(gossiper, new Rpc { IHave = [new IHave(RouterHarness.Topic, [MessageIds.TopicAndContent(message)])] });
            if (node.TakeSent(gossiper).Any(rpc => rpc.IWant.Count > 0))
            {
                node.Receive(gossiper, message);
                sent++;
            }
            node.Heartbeat();
        }

        var mesh = node.Router.MeshPeers(RouterHarness.Topic);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((sent, node.Delivered.Count), Is.EqualTo((180, 180)));
            Assert.That(Enumerable.Range(Sybils + 1, Honest).Count(i => mesh.Contains(TestPeers.Peer(i))), Is.GreaterThanOrEqualTo(4), "two at a time");
            Assert.That(mesh, Has.Count.LessThanOrEqualTo(12));
            Assert.That(node.Count(GossipsubCounter.OpportunisticGrafts), Is.InRange(4, 6));
        }
    }

    [Test]
    public void AnEchoOfOurOwnMessage_OrOfARefusedOne_IsNoDelivery()
    {
        var score = new RecordingScore();
        var node = new RouterHarness(score: score).WithPeers(2).Subscribed(new TopicOptions());
        var refused = TestMessages.Signed(TestPeers.Peer(50), 1);
        node.Receive(1, refused);
        node.Answer(node.Validations.Dequeue(), ValidationOutcome.Reject);

        node.Receive(2, refused);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(score.Duplicates, Is.Empty);
            Assert.That(score.Invalid, Is.EqualTo(new[] { TestPeers.Peer(1) }));
        }
    }

    [Test]
    public void APromise_IsKeptByDelivering_WhateverBecomesOfTheMessage()
    {
        var score = new RecordingScore();
        var node = new RouterHarness(score: score).WithPeers(1).Subscribed(new TopicOptions());
        var message = TestMessages.Signed(TestPeers.Peer(50), 1);
        node.Receive(1, new Rpc { IHave = [new IHave(RouterHarness.Topic, [MessageIds.AuthorAndSequence(message)])] });
        node.Receive(1, message);
        node.Answer(node.Validations.Dequeue(), ValidationOutcome.Failed);

        node.Heartbeat(10);

        Assert.That(score.Misbehaviours, Is.Empty);
    }

    private static MessageId Invented(Siege siege) => new(BitConverter.GetBytes(siege.NextSequence()));
}
