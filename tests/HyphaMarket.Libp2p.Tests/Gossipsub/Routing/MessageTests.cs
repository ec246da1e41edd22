using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

public sealed class MessageTests
{
    private const string Topic = RouterHarness.Topic;
    private static readonly TopicOptions Signed = new();

    [Test]
    public void AMessage_IsDeliveredAndForwarded_OnlyAfterItWasAccepted()
    {
        var node = Node(Signed);
        var message = TestMessages.Signed(TestPeers.Peer(50), 1);

        node.Receive(1, message);
        Assert.That(node.Delivered, Is.Empty);
        Assert.That(node.TakeAllSent(), Is.Empty);

        node.Answer(node.Validations.Dequeue(), ValidationOutcome.Accept);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Delivered.Single().Message, Is.SameAs(message));
            Assert.That(node.TakeAllSent().Select(sent => sent.To), Is.EquivalentTo(new[] { TestPeers.Peer(2), TestPeers.Peer(3) }));
        }
    }

    [Test]
    public void ACopyDuringValidation_IsNotValidatedAgain_AndItsSenderGetsNoCopy()
    {
        var score = new RecordingScore();
        var node = Node(Signed, score: score);
        var message = TestMessages.Signed(TestPeers.Peer(50), 1);
        node.Receive(1, message);
        node.Receive(2, TestMessages.Signed(TestPeers.Peer(50), 1));

        node.Answer(node.Validations.Dequeue(), ValidationOutcome.Accept);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Validations, Is.Empty);
            Assert.That(node.TakeAllSent().Select(sent => sent.To), Is.EqualTo(new[] { TestPeers.Peer(3) }));
            Assert.That(score.First, Is.EqualTo(new[] { TestPeers.Peer(1) }));
            Assert.That(score.Duplicates, Is.EqualTo(new[] { (TestPeers.Peer(2), TimeSpan.Zero) }));
        }
    }

    [Test]
    public void AMessageSeenBefore_IsCountedAndDropped()
    {
        var score = new RecordingScore();
        var node = Node(score: score);
        var message = PubsubMessage.Unsigned(Topic, new byte[1]);
        node.Receive(1, message);
        node.Now += TimeSpan.FromMilliseconds(5);

        node.Receive(2, PubsubMessage.Unsigned(Topic, new byte[1]));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Delivered, Has.Count.EqualTo(1), "the same content from two senders is one message");
            Assert.That(score.Duplicates, Is.EqualTo(new[] { (TestPeers.Peer(2), TimeSpan.FromMilliseconds(5)) }));
        }
    }

    [Test]
    public void AForgedCopyOfAnId_DoesNotKeepTheTrueMessageOut()
    {
        var score = new RecordingScore();
        var node = Node(Signed, score: score);
        var author = TestPeers.Peer(50);
        node.Receive(1, TestMessages.Signed(author, 1, data: "forged"));
        node.Receive(2, TestMessages.Signed(author, 1, data: "true"));
        var forged = node.Validations.Dequeue();
        var genuine = node.Validations.Dequeue();

        node.Answer(forged, ValidationOutcome.BadSignature);
        node.Answer(genuine, ValidationOutcome.Accept);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Delivered.Single().From, Is.EqualTo(TestPeers.Peer(2)));
            Assert.That(score.Invalid, Is.EqualTo(new[] { TestPeers.Peer(1) }));
        }
    }

    [Test]
    public void AForgedCopyJudgedFirst_DoesNotMarkTheIdAsSeen()
    {
        var node = Node(Signed);
        var author = TestPeers.Peer(50);
        node.Receive(1, TestMessages.Signed(author, 1, data: "forged"));
        node.Answer(node.Validations.Dequeue(), ValidationOutcome.BadSignature);

        node.Receive(2, TestMessages.Signed(author, 1, data: "true"));

        Assert.That(node.Validations, Has.Count.EqualTo(1));
    }

    [Test]
    public void OfTwoMessagesThatAnAuthorSignedUnderOneId_OneIsDelivered()
    {
        var node = Node(Signed);
        var author = TestPeers.Peer(50);
        node.Receive(1, TestMessages.Signed(author, 1, data: "one"));
        node.Receive(2, TestMessages.Signed(author, 1, data: "two"));

        node.Answer(node.Validations.Dequeue(), ValidationOutcome.Accept);
        node.Answer(node.Validations.Dequeue(), ValidationOutcome.Accept);

        Assert.That(node.Delivered, Has.Count.EqualTo(1));
    }

    [TestCase(nameof(ValidationOutcome.Reject), false, true)]
    [TestCase(nameof(ValidationOutcome.Ignore), false, false)]
    [TestCase(nameof(ValidationOutcome.BadSignature), true, true)]
    [TestCase(nameof(ValidationOutcome.Failed), true, false)]
    public void AMessageNotAccepted_GoesNowhere(string outcome, bool mayComeAgain, bool blamed)
    {
        var score = new RecordingScore();
        var node = Node(Signed, score: score);
        node.Receive(1, TestMessages.Signed(TestPeers.Peer(50), 1));
        node.Answer(node.Validations.Dequeue(), Enum.Parse<ValidationOutcome>(outcome));
        node.Receive(2, TestMessages.Signed(TestPeers.Peer(50), 1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Delivered, Is.Empty);
            Assert.That(node.TakeAllSent(), Is.Empty);
            Assert.That(node.Validations, Has.Count.EqualTo(mayComeAgain ? 1 : 0));
            Assert.That(score.Invalid, Has.Count.EqualTo(blamed ? 1 : 0));
        }
    }

    [Test]
    public void TooManyUnderValidation_AreIgnoredAndCounted_AndMayComeAgain()
    {
        var node = Node(Signed, new GossipsubOptions { MaxPendingValidations = 2 });
        for (var i = 1; i <= 3; i++) node.Receive(1, TestMessages.Signed(TestPeers.Peer(50), i));
        Assert.That(node.Count(GossipsubCounter.ValidationQueueFull), Is.EqualTo(1));

        node.Answer(node.Validations.Dequeue(), ValidationOutcome.Accept);
        node.Receive(2, TestMessages.Signed(TestPeers.Peer(50), 3));

        Assert.That(node.Validations, Has.Count.EqualTo(2));
    }

    [Test]
    public void TooManyUnderValidationInOneTopic_LeaveRoomForTheOthers()
    {
        var slow = RouterHarness.Open with { Validator = (_, _, _) => ValueTask.FromResult(Validation.Accept), MaxPendingValidations = 2 };
        var node = new RouterHarness().WithPeers(1).Subscribed(slow);
        node.Router.Subscribe(node.Now, "other", slow);

        for (byte i = 0; i < 3; i++) node.Receive(1, PubsubMessage.Unsigned(Topic, new[] { i }));
        Assert.That((node.Validations.Count, node.Count(GossipsubCounter.ValidationQueueFull)), Is.EqualTo((2, 1L)));

        node.Receive(1, PubsubMessage.Unsigned("other", new byte[1]));
        Assert.That(node.Validations, Has.Count.EqualTo(3));

        node.Answer(node.Validations.Dequeue(), ValidationOutcome.Ignore);
        node.Receive(1, PubsubMessage.Unsigned(Topic, new byte[] { 2 }));
        Assert.That(node.Validations, Has.Count.EqualTo(3), "the place is free again, and what was throttled may come again");
    }

    [Test]
    public void TooManyForgeriesOfOneId_AreIgnoredAndCounted()
    {
        var node = Node(Signed, new GossipsubOptions { MaxVariantsPerId = 2 });

        for (var i = 1; i <= 3; i++) node.Receive(1, TestMessages.Signed(TestPeers.Peer(50), 1, data: $"forged {i}"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Validations, Has.Count.EqualTo(2));
            Assert.That(node.Count(GossipsubCounter.ValidationQueueFull), Is.EqualTo(1));
        }
    }

    [Test]
    public void AMessageThatBreaksThePolicy_IsNotEvenValidated()
    {
        var score = new RecordingScore();
        var strict = Node(Signed, score: score);
        strict.Receive(1, PubsubMessage.Unsigned(Topic, new byte[1]));
        var unsigned = Node(score: score);
        unsigned.Receive(2, TestMessages.Signed(TestPeers.Peer(50), 1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(strict.Validations, Is.Empty);
            Assert.That(unsigned.Delivered, Is.Empty);
            Assert.That(score.Invalid, Is.EqualTo(new[] { TestPeers.Peer(1), TestPeers.Peer(2) }));
            Assert.That(strict.Count(GossipsubCounter.Malformed) + unsigned.Count(GossipsubCounter.Malformed), Is.EqualTo(2));
        }
    }

    [Test]
    public void AMessageOfATopicThatWeAreNotIn_IsDropped()
    {
        var node = Node();

        node.Receive(1, PubsubMessage.Unsigned("another", new byte[1]));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Delivered, Is.Empty);
            Assert.That(node.Count(GossipsubCounter.MessagesNotSubscribed), Is.EqualTo(1));
        }
    }

    [Test]
    public void AMessageAcceptedAfterWeLeft_IsNotDelivered_NorIsItByTheRulesOfANewSubscription()
    {
        var node = Node(Signed);
        node.Receive(1, TestMessages.Signed(TestPeers.Peer(50), 1));
        node.Router.Unsubscribe(node.Now, Topic);
        node.Subscribed(new TopicOptions());

        node.Answer(node.Validations.Dequeue(), ValidationOutcome.Accept);

        Assert.That(node.Delivered, Is.Empty);
    }

    [Test]
    public void OwnMessagesThatComeBack_AreNotDelivered()
    {
        var node = Node(Signed);

        node.Receive(1, TestMessages.Signed(TestPeers.Peer(0), 1));

        Assert.That(node.Validations, Is.Empty);
    }

    [Test]
    public void AMessage_IsNotForwardedToItsAuthor()
    {
        var node = Node(Signed);
        node.Receive(1, TestMessages.Signed(TestPeers.Peer(2), 1));
        node.Answer(node.Validations.Dequeue(), ValidationOutcome.Accept);

        Assert.That(node.TakeAllSent().Select(sent => sent.To), Is.EqualTo(new[] { TestPeers.Peer(3) }));
    }

    [Test]
    public void Publishing_FloodsToEveryPeerOfTheTopic()
    {
        var node = Node(peers: 20);

        var result = node.Publish(PubsubMessage.Unsigned(Topic, new byte[1]));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Status, Is.EqualTo(PublishStatus.Sent));
            Assert.That(result.Peers, Is.EqualTo(20));
            Assert.That(node.TakeAllSent(), Has.Count.EqualTo(20));
            Assert.That(node.Delivered, Is.Empty, "own messages are not given back");
        }
    }

    [Test]
    public void PublishingWithoutFlood_GoesToTheMesh()
    {
        var node = Node(options: new GossipsubOptions { FloodPublish = false }, peers: 20);

        node.Publish(PubsubMessage.Unsigned(Topic, new byte[1]));

        Assert.That(node.TakeAllSent().Select(sent => sent.To), Is.EquivalentTo(node.Router.MeshPeers(Topic)));
    }

    [Test]
    public void PublishingToNobody_SaysSo()
    {
        var node = new RouterHarness();

        var result = node.Publish(PubsubMessage.Unsigned(Topic, new byte[1]));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((result.Status, result.Peers), Is.EqualTo((PublishStatus.NoPeers, 0)));
            Assert.That(node.Count(GossipsubCounter.PublishedToNobody), Is.EqualTo(1));
        }
    }

    [Test]
    public void PublishingTheSameContentTwice_SendsItOnce()
    {
        var node = Node();
        node.Publish(PubsubMessage.Unsigned(Topic, new byte[1]));
        node.TakeAllSent();

        var again = node.Publish(PubsubMessage.Unsigned(Topic, new byte[1]));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.Status, Is.EqualTo(PublishStatus.Duplicate));
            Assert.That(node.TakeAllSent(), Is.Empty);
        }
    }

    [Test]
    public void PublishingWithoutSubscribing_KeepsToTheSamePeers_UntilTheFanoutExpires()
    {
        var node = new RouterHarness(new GossipsubOptions { FloodPublish = false }).WithPeers(20);

        node.Publish(PubsubMessage.Unsigned(Topic, new byte[] { 1 }));
        var first = node.TakeAllSent().Select(sent => sent.To).ToArray();
        node.Heartbeat(30);
        node.TakeAllSent();
        node.Publish(PubsubMessage.Unsigned(Topic, new byte[] { 2 }));
        var second = node.TakeAllSent().Select(sent => sent.To).ToArray();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Has.Length.EqualTo(6));
            Assert.That(second, Is.EquivalentTo(first));
        }

        node.Heartbeat(61);
        Assert.That(node.Router.FanoutPeers(Topic), Is.Empty);
    }

    [Test]
    public void AFanout_BecomesTheMeshWhenWeSubscribe()
    {
        var node = new RouterHarness(new GossipsubOptions { FloodPublish = false }).WithPeers(20);
        node.Publish(PubsubMessage.Unsigned(Topic, new byte[] { 1 }));
        var fanout = node.Router.FanoutPeers(Topic);

        node.Subscribed();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Router.MeshPeers(Topic), Is.EquivalentTo(fanout));
            Assert.That(node.Router.FanoutPeers(Topic), Is.Empty);
        }
    }

    [Test]
    public void AFanoutPeerThatLeaves_IsReplacedAtTheHeartbeat()
    {
        var node = new RouterHarness(new GossipsubOptions { FloodPublish = false }).WithPeers(20);
        node.Publish(PubsubMessage.Unsigned(Topic, new byte[] { 1 }));
        node.Router.OnPeerGone(node.Now, node.Router.FanoutPeers(Topic)[0]);

        node.Heartbeat();

        Assert.That(node.Router.FanoutPeers(Topic), Has.Count.EqualTo(6));
    }

    [Test]
    public void FloodsubPeers_GetEveryMessageAndNoControl()
    {
        var node = new RouterHarness().WithPeers(1).WithPeers(1, version: GossipVersion.Floodsub).Subscribed();
        node.TakeAllSent();

        node.Receive(1, PubsubMessage.Unsigned(Topic, new byte[] { 1 }));
        node.Heartbeat(3);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.TakeSent(2).Single().Messages, Has.Count.EqualTo(1));
            Assert.That(node.Router.MeshPeers(Topic), Is.EqualTo(new[] { TestPeers.Peer(1) }));
        }
    }

    [Test]
    public void SeenIds_AreBounded()
    {
        var node = Node(options: new GossipsubOptions { MaxSeen = 100 });

        for (var i = 0; i < 1000; i++) node.Receive(1, PubsubMessage.Unsigned(Topic, BitConverter.GetBytes(i)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Router.SeenCount, Is.EqualTo(100));
            Assert.That(node.Count(GossipsubCounter.SeenEvicted), Is.EqualTo(900));
        }
    }

    private static RouterHarness Node(TopicOptions? topic = null, GossipsubOptions? options = null, IPeerScore? score = null, int peers = 3)
    {
        var node = new RouterHarness(options, score).WithPeers(peers).Subscribed(topic);
        node.TakeAllSent();
        return node;
    }
}
