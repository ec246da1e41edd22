using System.Text;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

public sealed class GossipTests
{
    private const string Topic = RouterHarness.Topic;

    [Test]
    public void Gossip_GoesToPeersOutsideTheMesh_ForThreeHeartbeats()
    {
        var node = new RouterHarness().WithPeers(6).Subscribed().WithPeers(4);
        node.Receive(1, PubsubMessage.Unsigned(Topic, new byte[1]));
        node.TakeAllSent();

        for (var heartbeat = 1; heartbeat <= 5; heartbeat++)
        {
            node.Heartbeat();
            var told = node.TakeAllSent().Where(sent => sent.Rpc.IHave.Count > 0).Select(sent => sent.To).ToArray();
            if (heartbeat <= 3) Assert.That(told, Is.EquivalentTo(Enumerable.Range(7, 4).Select(TestPeers.Peer)), $"heartbeat {heartbeat}");
            else Assert.That(told, Is.Empty, $"heartbeat {heartbeat}");
        }
    }

    [Test]
    public void Gossip_GoesToAQuarterOfManyPeers()
    {
        var node = new RouterHarness().WithPeers(6).Subscribed().WithPeers(80);
        node.Receive(1, PubsubMessage.Unsigned(Topic, new byte[1]));
        node.TakeAllSent();

        node.Heartbeat();

        Assert.That(node.TakeAllSent().Count(sent => sent.Rpc.IHave.Count > 0), Is.EqualTo(20));
    }

    [Test]
    public void AnIHave_IsAnsweredWithAnIWant_ForWhatIsNotKnown()
    {
        var node = Node();
        var known = PubsubMessage.Unsigned(Topic, new byte[1]);
        node.Receive(1, known);
        node.TakeAllSent();

        node.Receive(2, IHave(MessageIds.TopicAndContent(known), Id(1), Id(1), Id(2)));

        Assert.That(node.TakeSent(2).Single().IWant, Is.EquivalentTo(new[] { Id(1), Id(2) }));
    }

    [Test]
    public void AnIHaveOfATopicThatWeAreNotIn_IsNotAnswered()
    {
        var node = Node();

        node.Receive(1, new Rpc { IHave = [new IHave("another", [Id(1)])] });

        Assert.That(node.TakeSent(1), Is.Empty);
    }

    [Test]
    public void IHaveSpam_IsCappedInMessagesUntilTheHeartbeat()
    {
        var node = Node(new GossipsubOptions { MaxIHaveMessages = 3 });

        for (var i = 0; i < 10; i++) node.Receive(1, IHave(Id(i)));
        Assert.That(node.TakeSent(1).Sum(rpc => rpc.IWant.Count), Is.EqualTo(3));
        Assert.That(node.Count(GossipsubCounter.IHavesPassedOver), Is.EqualTo(7));

        node.Heartbeat();
        node.TakeAllSent();
        node.Receive(1, IHave(Id(20)));
        Assert.That(node.TakeSent(1).Sum(rpc => rpc.IWant.Count), Is.EqualTo(1));
    }

    [Test]
    public void IHaveSpam_IsCappedInIds()
    {
        var node = Node(new GossipsubOptions { MaxIHaveLength = 50 });

        node.Receive(1, IHave([.. Enumerable.Range(0, 80).Select(Id)]));
        node.Receive(1, IHave([.. Enumerable.Range(100, 80).Select(Id)]));

        Assert.That(node.TakeSent(1).Sum(rpc => rpc.IWant.Count), Is.EqualTo(50));
    }

    [Test]
    public void AnIWant_IsServedFromTheCache_AFewTimesOnly_AndOnlyWhileItIsHeld()
    {
        var node = Node();
        var message = PubsubMessage.Unsigned(Topic, new byte[1]);
        node.Receive(1, message);
        var id = MessageIds.TopicAndContent(message);
        node.TakeAllSent();

        for (var i = 0; i < 5; i++) node.Receive(2, new Rpc { IWant = [id, Id(99)] });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.TakeSent(2).SelectMany(rpc => rpc.Messages), Is.EqualTo(new[] { message, message, message }));
            Assert.That(node.Count(GossipsubCounter.IWantsPassedOver), Is.EqualTo(2));
        }

        node.Heartbeat(4);
        node.TakeAllSent();
        node.Receive(3, new Rpc { IWant = [id] });
        Assert.That(node.TakeSent(3).SelectMany(rpc => rpc.Messages), Has.Exactly(1).Items, "the fifth window still holds it");

        node.Heartbeat(1);
        node.TakeAllSent();
        node.Receive(3, new Rpc { IWant = [id] });
        Assert.That(node.TakeSent(3), Is.Empty);
    }

    [Test]
    public void IWantSpam_IsCappedUntilTheHeartbeat()
    {
        var node = Node(new GossipsubOptions { MaxIWantIds = 10 });
        var messages = Enumerable.Range(0, 20).Select(i => PubsubMessage.Unsigned(Topic, new[] { (byte)i })).ToArray();
        foreach (var message in messages) node.Receive(1, message);
        node.TakeAllSent();

        node.Receive(2, new Rpc { IWant = [.. messages.Select(MessageIds.TopicAndContent)] });

        Assert.That(node.TakeSent(2).Sum(rpc => rpc.Messages.Count), Is.EqualTo(10));
    }

    [Test]
    public void APromiseNotKept_IsReported_AndOneKeptByAnybodyIsNot()
    {
        var score = new RecordingScore();
        var node = new RouterHarness(score: score).WithPeers(3).Subscribed();
        var message = PubsubMessage.Unsigned(Topic, new byte[1]);
        node.Receive(1, IHave(Id(1)));
        node.Receive(2, IHave(MessageIds.TopicAndContent(message)));
        node.Receive(3, message);

        node.Heartbeat(2);
        Assert.That(score.Misbehaviours, Is.Empty, "3 s are not over");

        node.Heartbeat(1);
        Assert.That(score.Misbehaviours, Is.EqualTo(new[] { Misbehaviour.BrokenPromise }));
    }

    [Test]
    public void APauseOfThisProcess_BreaksNobodysPromise()
    {
        var score = new RecordingScore();
        var node = new RouterHarness(score: score).WithPeers(2).Subscribed();
        node.Heartbeat();
        node.Receive(1, IHave(Id(1)));

        node.Now += TimeSpan.FromMinutes(1);
        node.Heartbeat();
        Assert.That(score.Misbehaviours, Is.Empty, "the answer may wait in our own queue");

        node.Heartbeat(4);
        Assert.That(score.Misbehaviours, Is.EqualTo(new[] { Misbehaviour.BrokenPromise }));
    }

    [Test]
    public void APeerBelowTheGossipThreshold_NeitherGetsGossipNorIsHeard()
    {
        var score = new RecordingScore();
        var node = new RouterHarness(score: score).WithPeers(6).Subscribed().WithPeers(1);
        score.Scores[TestPeers.Peer(7)] = -15;
        node.Receive(1, PubsubMessage.Unsigned(Topic, new byte[1]));
        node.Heartbeat();
        node.Receive(7, IHave(Id(1)));

        Assert.That(node.TakeSent(7).Where(rpc => rpc.IHave.Count + rpc.IWant.Count > 0), Is.Empty);
    }

    [Test]
    public void TheMessageCache_IsBoundedInMessagesAndBytes()
    {
        var byCount = new MessageCache(5, 3, maxMessages: 2, maxBytes: int.MaxValue);
        var byBytes = new MessageCache(5, 3, maxMessages: int.MaxValue, maxBytes: 2500);
        for (var i = 0; i < 4; i++)
        {
            byCount.Put(Id(i), PubsubMessage.Unsigned(Topic, new byte[1000]));
            byBytes.Put(Id(i), PubsubMessage.Unsigned(Topic, new byte[1000]));
        }

        foreach (var cache in new[] { byCount, byBytes })
        {
            Assert.That(Enumerable.Range(0, 4).Select(i => cache.Get(Id(i)) is not null), Is.EqualTo(new[] { false, false, true, true }));
        }
    }

    [Test]
    public void TheSeenCache_ForgetsAfterItsTime_AndTheOldestWhenFull()
    {
        var seen = new SeenCache(TimeSpan.FromSeconds(120), capacity: 3);
        var evicted = Enumerable.Range(0, 4).Select(i => seen.Add(TimeSpan.FromSeconds(i), Id(i), accepted: true)).ToArray();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(evicted, Is.EqualTo(new[] { false, false, false, true }));
            Assert.That(seen.Count, Is.EqualTo(3));
            Assert.That(seen.Contains(TimeSpan.FromSeconds(4), Id(0)), Is.False, "evicted");
            Assert.That(seen.Contains(TimeSpan.FromSeconds(120), Id(1)), Is.True);
            Assert.That(seen.Contains(TimeSpan.FromSeconds(121), Id(1)), Is.False, "expired");
        }

        seen.Expire(TimeSpan.FromSeconds(122));
        Assert.That(seen.Count, Is.EqualTo(1));
    }

    private static RouterHarness Node(GossipsubOptions? options = null)
    {
        var node = new RouterHarness(options).WithPeers(3).Subscribed();
        node.TakeAllSent();
        return node;
    }

    private static Rpc IHave(params MessageId[] ids) => new() { IHave = [new IHave(Topic, ids)] };

    private static MessageId Id(int number) => new(Encoding.UTF8.GetBytes($"id {number}"));
}
