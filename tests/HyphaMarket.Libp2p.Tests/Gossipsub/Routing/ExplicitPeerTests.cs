using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

public sealed class ExplicitPeerTests
{
    private const string Topic = RouterHarness.Topic;

    /// <summary>Peer 1 is the explicit one.</summary>
    private static readonly GossipsubOptions Agreed = new() { ExplicitPeers = [new ExplicitPeer(TestPeers.Peer(1), [])] };

    [Test]
    public void AnExplicitPeer_IsInNoMesh_AndGetsEveryMessage_OursAndForwarded()
    {
        var node = new RouterHarness(Agreed with { FloodPublish = false }).WithPeers(3).Subscribed();
        node.Heartbeat();
        node.TakeAllSent();
        var theirs = PubsubMessage.Unsigned(Topic, new byte[1]);
        var ours = PubsubMessage.Unsigned(Topic, new byte[2]);

        node.Receive(2, theirs);
        node.Publish(ours);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Router.MeshPeers(Topic), Is.EquivalentTo(new[] { TestPeers.Peer(2), TestPeers.Peer(3) }));
            Assert.That(node.TakeSent(1).SelectMany(rpc => rpc.Messages), Is.EqualTo(new[] { theirs, ours }));
        }
    }

    [Test]
    public void AGraftOfAnExplicitPeer_IsRefusedAndCounted()
    {
        var node = new RouterHarness(Agreed).WithPeers(1).Subscribed();
        node.TakeAllSent();

        node.Receive(1, new Rpc { Graft = [Topic] });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.TakeSent(1).Single().Prune.Single().Topic, Is.EqualTo(Topic));
            Assert.That(node.Count(GossipsubCounter.GraftsOfExplicitPeers), Is.EqualTo(1));
            Assert.That(node.Router.MeshPeers(Topic), Is.Empty);
        }
    }

    [Test]
    public void AnExplicitPeer_IsHeardAndServed_WhateverItsScore()
    {
        var score = new RecordingScore();
        var node = new RouterHarness(Agreed, score).WithPeers(2).Subscribed();
        score.Scores[TestPeers.Peer(1)] = score.Scores[TestPeers.Peer(2)] = -1000;
        node.Heartbeat();
        node.TakeAllSent();
        var message = PubsubMessage.Unsigned(Topic, new byte[1]);

        node.Receive(2, PubsubMessage.Unsigned(Topic, new byte[2]));
        node.Receive(1, message);
        node.Publish(PubsubMessage.Unsigned(Topic, new byte[3]));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Delivered.Select(delivery => delivery.Message), Is.EqualTo(new[] { message }));
            Assert.That(node.TakeSent(1).SelectMany(rpc => rpc.Messages), Has.Exactly(1).Items);
            Assert.That(node.TakeSent(2).SelectMany(rpc => rpc.Messages), Is.Empty);
        }
    }
}
