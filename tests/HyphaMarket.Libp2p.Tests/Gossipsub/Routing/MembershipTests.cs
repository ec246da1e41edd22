using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

public sealed class MembershipTests
{
    private const string Topic = RouterHarness.Topic;

    [Test]
    public void ANewPeer_IsToldOurTopics()
    {
        var node = new RouterHarness().Subscribed();

        node.Router.OnPeer(node.Now, TestPeers.Peer(1), GossipVersion.MeshV11, outbound: false);

        Assert.That(node.TakeSent(1).Single().Subscriptions, Is.EqualTo(new[] { new SubscriptionChange(Topic, true) }));
    }

    [Test]
    public void Subscribing_TellsEveryPeer_AndGraftsDegreeOfThem()
    {
        var node = new RouterHarness().WithPeers(20).Subscribed();
        var sent = node.TakeAllSent();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(sent.Count(s => s.Rpc.Subscriptions.Contains(new SubscriptionChange(Topic, true))), Is.EqualTo(20));
            Assert.That(sent.Count(s => s.Rpc.Graft.Contains(Topic)), Is.EqualTo(6));
            Assert.That(node.Router.MeshPeers(Topic), Is.EquivalentTo(sent.Where(s => s.Rpc.Graft.Count > 0).Select(s => s.To)));
        }
    }

    [Test]
    public void Leaving_PrunesTheMeshWithTheShortBackoff_AndTellsEveryPeer()
    {
        var node = new RouterHarness().WithPeers(20).Subscribed();
        var mesh = node.Router.MeshPeers(Topic);
        node.TakeAllSent();

        node.Router.Unsubscribe(node.Now, Topic);
        var sent = node.TakeAllSent();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(sent.Where(s => s.Rpc.Prune.Count > 0).Select(s => s.To), Is.EquivalentTo(mesh));
            Assert.That(sent.SelectMany(s => s.Rpc.Prune).Select(prune => prune.BackoffSeconds), Is.All.EqualTo(10));
            Assert.That(sent.Count(s => s.Rpc.Subscriptions.Contains(new SubscriptionChange(Topic, false))), Is.EqualTo(20));
            Assert.That(node.Router.MeshPeers(Topic), Is.Empty);
        }
    }

    [Test]
    public void JoiningAgainAtOnce_GraftsNobodyThatWasJustPruned()
    {
        var node = new RouterHarness().WithPeers(6).Subscribed();
        node.Router.Unsubscribe(node.Now, Topic);

        node.Subscribed();
        node.Heartbeat();
        Assert.That(node.Router.MeshPeers(Topic), Is.Empty);

        node.Heartbeat(12);
        Assert.That(node.Router.MeshPeers(Topic), Has.Count.EqualTo(6), "10 s of back-off and 2 s of slack are over");
    }

    [Test]
    public void APeerThatLeavesTheTopicOrUs_LeavesTheMesh()
    {
        var node = new RouterHarness().WithPeers(2).Subscribed();

        node.Receive(1, new Rpc { Subscriptions = [new SubscriptionChange(Topic, false)] });
        node.Router.OnPeerGone(node.Now, TestPeers.Peer(2));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Router.MeshPeers(Topic), Is.Empty);
            Assert.That(node.Router.Peers(Topic), Is.Empty);
        }
    }

    [Test]
    public void AMemberThatComesToAThinMesh_IsGraftedBeforeTheHeartbeat()
    {
        var node = new RouterHarness().Subscribed().WithPeers(1);

        Assert.That(node.TakeSent(1).SelectMany(rpc => rpc.Graft), Is.EqualTo(new[] { Topic }));
    }

    [Test]
    public void MoreSubscriptionsThanAllowed_ArePassedOver_AndPlaceIsFreedByLeaving()
    {
        var node = new RouterHarness(new GossipsubOptions { MaxSubscriptionsPerPeer = 3 }).WithPeers(1);

        node.Receive(1, new Rpc { Subscriptions = [.. Enumerable.Range(0, 5).Select(i => new SubscriptionChange($"x{i}", true))] });
        Assert.That(node.Count(GossipsubCounter.SubscriptionsPassedOver), Is.EqualTo(3));
        Assert.That(node.Router.Peers("x2"), Is.Empty);

        node.Receive(1, new Rpc { Subscriptions = [new SubscriptionChange("x0", false), new SubscriptionChange("x2", true)] });
        Assert.That(node.Router.Peers("x2"), Has.Count.EqualTo(1));
    }

    [Test]
    public void APeerBeyondTheMost_IsNotTaken()
    {
        var node = new RouterHarness(new GossipsubOptions { MaxPeers = 2 });

        var taken = Enumerable.Range(1, 3).Select(i => node.Router.OnPeer(node.Now, TestPeers.Peer(i), GossipVersion.MeshV11, false)).ToArray();

        Assert.That(taken, Is.EqualTo(new[] { true, true, false }));
    }

    [Test]
    public void AReplacedStream_BeginsWithOurTopicsAndOurLinks()
    {
        var node = new RouterHarness().WithPeers(1).Subscribed();
        node.TakeAllSent();

        node.Router.OnStreamReplaced(TestPeers.Peer(1));
        var sent = node.TakeSent(1);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(sent.SelectMany(rpc => rpc.Subscriptions), Is.EqualTo(new[] { new SubscriptionChange(Topic, true) }));
            Assert.That(sent.SelectMany(rpc => rpc.Graft), Is.EqualTo(new[] { Topic }));
            Assert.That(node.Router.Peers(Topic), Has.Count.EqualTo(1), "what the peer told us still holds");
        }
    }

    [Test]
    public void SubscribingTwice_OrTooOften_Fails()
    {
        var node = new RouterHarness(new GossipsubOptions { MaxTopics = 1 }).Subscribed();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => node.Router.Subscribe(node.Now, Topic, RouterHarness.Open), Throws.InvalidOperationException);
            Assert.That(() => node.Router.Subscribe(node.Now, "another", RouterHarness.Open), Throws.InvalidOperationException);
        }
    }
}
