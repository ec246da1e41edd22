using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

public sealed class MeshTests
{
    private const string Topic = RouterHarness.Topic;
    private static readonly Rpc Graft = new() { Graft = [Topic] };

    [Test]
    public void AGraft_IsAcceptedInSilence()
    {
        var node = MeshOf(6, more: 1);
        var outsider = Outsider(node);

        node.Receive(outsider, Graft);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Router.MeshPeers(Topic), Has.Member(TestPeers.Peer(outsider)));
            Assert.That(node.TakeSent(outsider), Is.Empty);
        }
    }

    [Test]
    public void AGraftOfAnUnknownTopic_IsIgnored()
    {
        var node = MeshOf(6);

        node.Receive(1, new Rpc { Graft = ["unknown"] });

        Assert.That(node.TakeSent(1), Is.Empty);
    }

    [Test]
    public void AGraftFromAPeerThatIsNotSubscribed_IsRefused()
    {
        var node = new RouterHarness().Subscribed();
        node.Router.OnPeer(node.Now, TestPeers.Peer(1), GossipVersion.MeshV11, false);
        node.TakeAllSent();

        node.Receive(1, Graft);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.TakeSent(1).Single().Prune.Single().Topic, Is.EqualTo(Topic));
            Assert.That(node.Router.MeshPeers(Topic), Is.Empty);
        }
    }

    [Test]
    public void AGraftDuringTheBackoff_IsPrunedAndExtendsTheBackoff()
    {
        var score = new RecordingScore();
        var node = new RouterHarness(score: score).WithPeers(1).Subscribed();
        node.Receive(1, new Rpc { Prune = [new Prune(Topic, 60, [])] });
        node.TakeAllSent();

        node.Heartbeat(50);
        node.Receive(1, Graft);

        var prune = node.TakeSent(1).SelectMany(rpc => rpc.Prune).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(prune.BackoffSeconds, Is.EqualTo(60));
            Assert.That(score.Misbehaviours, Is.EqualTo(new[] { Misbehaviour.GraftDuringBackoff }));
            Assert.That(node.Router.MeshPeers(Topic), Is.Empty);
        }

        // The first back-off would have ended at 60 s; the refused GRAFT at 50 s began another.
        node.Heartbeat(59);
        node.Receive(1, Graft);
        Assert.That(node.Count(GossipsubCounter.GraftsDuringBackoff), Is.EqualTo(2));

        node.Heartbeat(60);
        node.Receive(1, Graft);
        Assert.That(node.Router.MeshPeers(Topic), Has.Count.EqualTo(1), "a GRAFT after the back-off is taken");
    }

    [Test]
    public void ABackoff_OutlivesTheConnection()
    {
        var node = new RouterHarness().WithPeers(1).Subscribed();
        node.Receive(1, new Rpc { Prune = [new Prune(Topic, 60, [])] });
        node.Router.OnPeerGone(node.Now, TestPeers.Peer(1));

        node.WithPeers(1);
        node.Heartbeat(5);

        Assert.That(node.Router.MeshPeers(Topic), Is.Empty);
    }

    [Test]
    public void WeGraftAgain_OnlyAfterBackoffAndSlack()
    {
        var node = new RouterHarness().WithPeers(1).Subscribed();
        node.Receive(1, new Rpc { Prune = [new Prune(Topic, 20, [])] });

        node.Heartbeat(21);
        Assert.That(node.Router.MeshPeers(Topic), Is.Empty);

        node.Heartbeat(1);
        Assert.That(node.Router.MeshPeers(Topic), Has.Count.EqualTo(1));
    }

    [Test]
    public void AnEndlessBackoff_CountsAsTheLongestAllowed()
    {
        var node = new RouterHarness(new GossipsubOptions { MaxBackoff = TimeSpan.FromMinutes(2) }).WithPeers(1).Subscribed();

        node.Receive(1, new Rpc { Prune = [new Prune(Topic, ulong.MaxValue, [])] });
        node.Heartbeat(122);

        Assert.That(node.Router.MeshPeers(Topic), Has.Count.EqualTo(1));
    }

    [Test]
    public void AnOversubscribedMesh_IsBroughtToDegree_AndKeepsItsOutboundPeers()
    {
        var node = new RouterHarness().WithPeers(2, outbound: true).WithPeers(12).Subscribed();
        foreach (var peer in Enumerable.Range(1, 14).Where(peer => !node.Router.MeshPeers(Topic).Contains(TestPeers.Peer(peer))))
        {
            // Outbound peers last: they are taken beyond D_hi.
            if (peer > 2) node.Receive(peer, Graft);
        }
        node.Receive(1, Graft);
        node.Receive(2, Graft);
        node.TakeAllSent();
        var before = node.Router.MeshPeers(Topic);
        Assume.That(before, Has.Count.GreaterThan(12));

        node.Heartbeat();

        var pruned = node.TakeAllSent().Where(sent => sent.Rpc.Prune.Count > 0).Select(sent => sent.To).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Router.MeshPeers(Topic), Has.Count.EqualTo(6));
            Assert.That(node.Router.MeshPeers(Topic), Is.SupersetOf(new[] { TestPeers.Peer(1), TestPeers.Peer(2) }));
            Assert.That(pruned, Is.EquivalentTo(before.Except(node.Router.MeshPeers(Topic))));
        }
    }

    [Test]
    public void AtDegreeHigh_AnInboundGraftIsRefused_AndAnOutboundOneTaken()
    {
        var node = new RouterHarness().WithPeers(13).WithPeers(1, outbound: true).Subscribed();
        foreach (var peer in Enumerable.Range(1, 13))
        {
            if (node.Router.MeshPeers(Topic).Count < 12) node.Receive(peer, Graft);
        }
        var inbound = Enumerable.Range(1, 13).First(peer => !node.Router.MeshPeers(Topic).Contains(TestPeers.Peer(peer)));
        node.TakeAllSent();

        node.Receive(inbound, Graft);
        node.Receive(14, Graft);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.TakeSent(inbound).SelectMany(rpc => rpc.Prune), Has.Exactly(1).Items);
            Assert.That(node.Router.MeshPeers(Topic), Has.No.Member(TestPeers.Peer(inbound)));
            Assert.That(node.Router.MeshPeers(Topic), Has.Member(TestPeers.Peer(14)));
        }
    }

    [Test]
    public void AMeshWithoutOutboundPeers_GraftsThemAtTheHeartbeat()
    {
        var node = new RouterHarness().WithPeers(6).Subscribed().WithPeers(3, outbound: true);

        node.Heartbeat();

        Assert.That(node.Router.MeshPeers(Topic).Count(peer => peer == TestPeers.Peer(7) || peer == TestPeers.Peer(8) || peer == TestPeers.Peer(9)), Is.EqualTo(2));
    }

    [Test]
    public void APeerBelowZero_IsPrunedAndNotGraftedAgain()
    {
        var score = new RecordingScore();
        var node = new RouterHarness(score: score).WithPeers(3).Subscribed();
        score.Scores[TestPeers.Peer(2)] = -1;

        node.Heartbeat();
        node.Receive(2, Graft);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Router.MeshPeers(Topic), Is.EquivalentTo(new[] { TestPeers.Peer(1), TestPeers.Peer(3) }));
            Assert.That(node.Count(GossipsubCounter.GraftsRefused), Is.EqualTo(1));
        }
    }

    [Test]
    public void AGraylistedPeer_IsNotHeard()
    {
        var score = new RecordingScore();
        var node = new RouterHarness(score: score).WithPeers(1).Subscribed();
        score.Scores[TestPeers.Peer(1)] = -100;

        node.Receive(1, PubsubMessage.Unsigned(Topic, new byte[1]));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Delivered, Is.Empty);
            Assert.That(node.Count(GossipsubCounter.RpcsIgnored), Is.EqualTo(1));
        }
    }

    [Test]
    public void ABackoffToAPeerOfV10_IsNotWritten()
    {
        var node = new RouterHarness().WithPeers(1, version: GossipVersion.MeshV10).Subscribed();
        node.TakeAllSent();

        node.Router.Unsubscribe(node.Now, Topic);

        Assert.That(node.TakeSent(1).SelectMany(rpc => rpc.Prune).Single().BackoffSeconds, Is.Null);
    }

    [Test]
    public void BackoffsAreBounded_AndTheOneThatEndsFirstGoes()
    {
        var table = new BackoffTable(capacity: 2);
        table.Set(TimeSpan.Zero, Topic, TestPeers.Peer(1), TimeSpan.FromSeconds(30));
        table.Set(TimeSpan.Zero, Topic, TestPeers.Peer(2), TimeSpan.FromSeconds(20));
        table.Set(TimeSpan.Zero, Topic, TestPeers.Peer(3), TimeSpan.FromSeconds(40));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(table.Count, Is.EqualTo(2));
            Assert.That(table.IsActive(TimeSpan.FromSeconds(1), Topic, TestPeers.Peer(1)), Is.True);
            Assert.That(table.IsActive(TimeSpan.FromSeconds(1), Topic, TestPeers.Peer(2)), Is.False);
            Assert.That(table.IsActive(TimeSpan.FromSeconds(30), Topic, TestPeers.Peer(1)), Is.False);
        }
    }

    private static RouterHarness MeshOf(int peers, int more = 0)
    {
        var node = new RouterHarness().WithPeers(peers).Subscribed().WithPeers(more);
        node.TakeAllSent();
        return node;
    }

    private static int Outsider(RouterHarness node) =>
        Enumerable.Range(1, 100).First(peer => !node.Router.MeshPeers(Topic).Contains(TestPeers.Peer(peer)));
}
