using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

public sealed class IDontWantTests
{
    private const string Topic = RouterHarness.Topic;
    private static readonly PubsubMessage Large = PubsubMessage.Unsigned(Topic, new byte[2000]);
    private static readonly MessageId LargeId = MessageIds.TopicAndContent(Large);
    private static readonly TopicOptions Judged = RouterHarness.Open with { Validator = (_, _, _) => ValueTask.FromResult(Validation.Accept) };

    [Test]
    public void ALargeMessage_WhoseIdProvesItsContent_IsToldToTheMeshBeforeItIsJudged()
    {
        var node = MeshOf(4, Judged);

        node.Receive(1, Large);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Validations, Has.Count.EqualTo(1), "it is under validation");
            Assert.That(Refusals(node, 1), Is.Empty, "who sent it will not send it again");
            for (var peer = 2; peer <= 4; peer++) Assert.That(Refusals(node, peer), Is.EqualTo(new[] { LargeId }), $"peer {peer}");
        }
    }

    [Test]
    public void ASignedMessage_IsToldOnceItsSignatureIsProven_AndNotAgainWhenItIsAccepted()
    {
        var node = MeshOf(3, TopicOptions.Default);
        var signed = TestMessages.Signed(TestPeers.Peer(9), 1, data: new string('x', 2000));

        node.Receive(1, signed);
        Assert.That(Refusals(node, 2), Is.Empty, "a forger could have chosen this id");

        var request = node.Validations.Dequeue();
        node.Authenticate(request);
        Assert.That(Refusals(node, 2), Is.EqualTo(new[] { MessageIds.AuthorAndSequence(signed) }));

        node.Answer(request, ValidationOutcome.Accept);
        var sent = node.TakeSent(2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sent.SelectMany(rpc => rpc.IDontWant), Is.Empty);
            Assert.That(sent.SelectMany(rpc => rpc.Messages), Is.EqualTo(new[] { signed }));
        }
    }

    [Test]
    public void AForgedMessage_IsToldToNobody()
    {
        var node = MeshOf(3, TopicOptions.Default);

        node.Receive(1, TestMessages.Signed(TestPeers.Peer(9), 1, data: new string('x', 2000)));
        node.Answer(node.Validations.Dequeue(), ValidationOutcome.BadSignature);

        Assert.That(node.TakeAllSent(), Is.Empty);
    }

    [Test]
    public void ASmallMessage_IsToldToNobody_AndALargeOneNotToPeersOfOlderVersions()
    {
        var node = new RouterHarness().WithPeers(2, version: GossipVersion.MeshV12).WithPeers(1, version: GossipVersion.MeshV11).Subscribed();
        node.TakeAllSent();

        node.Receive(1, PubsubMessage.Unsigned(Topic, new byte[100]));
        Assert.That(node.TakeAllSent().SelectMany(sent => sent.Rpc.IDontWant), Is.Empty);

        node.Receive(1, Large);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refusals(node, 2), Is.EqualTo(new[] { LargeId }));
            Assert.That(Refusals(node, 3), Is.Empty);
        }
    }

    [Test]
    public void WhatAPeerDoesNotWant_IsNotForwardedToIt_AndWithdrawn_ButServedWhereItAsksAfterAll()
    {
        var node = MeshOf(3);
        node.Receive(2, new Rpc { IDontWant = [LargeId] });

        node.Receive(1, Large);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Withdrawn.Single().MessageIds, Is.EqualTo(new[] { LargeId }));
            Assert.That(node.TakeSent(2).SelectMany(rpc => rpc.Messages), Is.Empty);
            Assert.That(node.TakeSent(3).SelectMany(rpc => rpc.Messages), Is.EqualTo(new[] { Large }));
            Assert.That(node.Count(GossipsubCounter.CopiesSpared), Is.EqualTo(1));
        }
        node.Receive(2, new Rpc { IWant = [LargeId] });
        Assert.That(node.TakeSent(2).SelectMany(rpc => rpc.Messages), Is.EqualTo(new[] { Large }));
    }

    [Test]
    public void AnIDontWant_IsForgottenAfterThreeHeartbeats()
    {
        var node = MeshOf(2);
        node.Receive(2, new Rpc { IDontWant = [LargeId] });

        node.Heartbeat(3);
        Assert.That(node.Router.UnwantedCount(TestPeers.Peer(2)), Is.EqualTo(1));

        node.Heartbeat();
        Assert.That(node.Router.UnwantedCount(TestPeers.Peer(2)), Is.Zero);
        node.TakeAllSent();
        node.Receive(1, Large);
        Assert.That(node.TakeSent(2).SelectMany(rpc => rpc.Messages), Is.EqualTo(new[] { Large }));
    }

    [Test]
    public void OnlyMembersOfAMesh_AreHeard_AndTheirWordEndsWithTheirMembership()
    {
        var node = MeshOf(2).WithPeers(1, version: GossipVersion.MeshV12);
        node.Receive(1, new Rpc { IDontWant = [LargeId] });
        Assert.That(node.Router.UnwantedCount(TestPeers.Peer(1)), Is.EqualTo(1));

        node.Receive(1, new Rpc { Prune = [new Prune(Topic, 60, [])] });
        Assert.That(node.Router.UnwantedCount(TestPeers.Peer(1)), Is.Zero);

        node.Receive(1, new Rpc { IDontWant = [LargeId, LargeId] });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Router.UnwantedCount(TestPeers.Peer(1)), Is.Zero);
            Assert.That(node.Count(GossipsubCounter.IDontWantsPassedOver), Is.EqualTo(2));
        }
    }

    [Test]
    public void IDontWantSpam_IsHeldWithinItsBound_AndBeyondAHeartbeatsMostAFault()
    {
        var score = new RecordingScore();
        var node = MeshOf(1, options: new GossipsubOptions { MaxIDontWantHeld = 10, MaxIDontWantIds = 50 }, score: score);

        node.Receive(1, new Rpc { IDontWant = Ids(0, 30) });
        Assert.That((node.Router.UnwantedCount(TestPeers.Peer(1)), score.Misbehaviours.Count), Is.EqualTo((10, 0)));

        node.Receive(1, new Rpc { IDontWant = Ids(100, 30) });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Router.UnwantedCount(TestPeers.Peer(1)), Is.EqualTo(10));
            Assert.That(node.Count(GossipsubCounter.IDontWantsPassedOver), Is.EqualTo(10));
            Assert.That(score.Misbehaviours, Is.EqualTo(new[] { Misbehaviour.ExcessiveIDontWant }));
        }
        node.Heartbeat();
        node.Receive(1, new Rpc { IDontWant = Ids(200, 30) });
        Assert.That(score.Misbehaviours, Has.Count.EqualTo(1), "a new heartbeat has a new allowance");
    }

    [Test]
    public void NobodyIsToldOfMoreMessagesThanItWouldRemember()
    {
        var node = MeshOf(2, options: new GossipsubOptions { MaxIDontWantHeld = 5 });

        for (byte i = 0; i < 20; i++) node.Receive(1, PubsubMessage.Unsigned(Topic, new byte[2000 + i]));

        Assert.That(node.TakeSent(2).Sum(rpc => rpc.IDontWant.Count), Is.EqualTo(5));
    }

    private static RouterHarness MeshOf(int peers, TopicOptions? topic = null, GossipsubOptions? options = null, IPeerScore? score = null)
    {
        var node = new RouterHarness(options, score).WithPeers(peers, version: GossipVersion.MeshV12).Subscribed(topic);
        node.TakeAllSent();
        return node;
    }

    private static MessageId[] Refusals(RouterHarness node, int peer) => [.. node.TakeSent(peer).SelectMany(rpc => rpc.IDontWant)];

    private static MessageId[] Ids(int first, int count) => [.. Enumerable.Range(first, count).Select(i => new MessageId(BitConverter.GetBytes(i)))];
}
