using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Signing;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.RequestResponse;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Driver;

/// <summary>The service on real hosts over loopback.</summary>
public sealed class GossipsubServiceTests
{
    private const string Topic = PubsubNode.Topic;
    private static readonly string[] Protocols = ["/meshsub/1.1.0"];

    [Test]
    public async Task ASignedMessage_IsDeliveredOnceToEverySubscriber_ThroughNodesBetween()
    {
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync();
        await using var c = await PubsubNode.StartAsync();
        await a.ConnectAsync(b);
        await b.ConnectAsync(c);
        await b.MeshedWithAsync(a, c);

        var result = await a.PublishAsync(1, 2, 3);
        var atB = await b.NextAsync();
        var atC = await c.NextAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((result.Status, result.Peers), Is.EqualTo((PublishStatus.Sent, 1)));
            Assert.That(atB.Data.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
            Assert.That(atC.Author, Is.EqualTo(a.Id));
            Assert.That(a.Rest().Concat(b.Rest()).Concat(c.Rest()), Is.Empty);
        }
    }

    [Test]
    public async Task InATriangle_NobodyGetsAMessageTwice()
    {
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync();
        await using var c = await PubsubNode.StartAsync();
        await a.ConnectAsync(b);
        await b.ConnectAsync(c);
        await c.ConnectAsync(a);
        await a.MeshedWithAsync(b, c);
        await b.MeshedWithAsync(c);

        for (byte i = 0; i < 50; i++) await a.PublishAsync(i);
        for (var i = 0; i < 50; i++)
        {
            await b.NextAsync();
            await c.NextAsync();
        }

        Assert.That(b.Rest().Concat(c.Rest()), Is.Empty);
    }

    [Test]
    public async Task PublishingToNobody_IsAResult()
    {
        await using var alone = await PubsubNode.StartAsync();

        var result = await alone.PublishAsync(1);

        Assert.That((result.Status, result.Peers), Is.EqualTo((PublishStatus.NoPeers, 0)));
    }

    [Test]
    public async Task ANodeThatIsNotSubscribed_CanPublish()
    {
        await using var publisher = await PubsubNode.StartAsync(subscribe: false);
        await using var subscriber = await PubsubNode.StartAsync();
        await publisher.ConnectAsync(subscriber);
        await PubsubNode.UntilAsync(async () => (await publisher.Pubsub.PeersAsync(Topic)).Count == 1);

        await publisher.PublishAsync(7);

        Assert.That((await subscriber.NextAsync()).Author, Is.EqualTo(publisher.Id));
    }

    [Test]
    public async Task UnsignedContent_FromTwoSenders_IsOneMessage()
    {
        var open = new TopicOptions { SignaturePolicy = SignaturePolicy.StrictNoSign };
        await using var a = await PubsubNode.StartAsync(topic: open);
        await using var b = await PubsubNode.StartAsync(topic: open);
        await using var c = await PubsubNode.StartAsync(topic: open);
        await a.ConnectAsync(c);
        await b.ConnectAsync(c);
        await c.MeshedWithAsync(a, b);

        await Task.WhenAll(a.PublishAsync(1, 2), b.PublishAsync(1, 2));
        var message = await c.NextAsync();
        await c.CountedAsync(GossipsubCounter.Duplicates, 1);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(message.From, Is.Null);
            Assert.That(c.Rest(), Is.Empty);
        }
    }

    [Test]
    public async Task ARejectedMessage_IsNeitherDeliveredNorForwarded_AndAnAcceptedOneAfterItIs()
    {
        var judged = new TopicOptions
        {
            Validator = async (_, message, _) =>
            {
                // Completes later, as a validator that asks a disk does.
                await Task.Yield();
                return message.Data.Span[0] == 0 ? Validation.Reject : Validation.Accept;
            },
        };
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync(topic: judged);
        await using var c = await PubsubNode.StartAsync();
        await a.ConnectAsync(b);
        await b.ConnectAsync(c);
        await b.MeshedWithAsync(a, c);

        await a.PublishAsync(0);
        await b.CountedAsync(GossipsubCounter.Rejected, 1);
        await a.PublishAsync(1);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await b.NextAsync()).Data.ToArray(), Is.EqualTo(new byte[] { 1 }));
            Assert.That((await c.NextAsync()).Data.ToArray(), Is.EqualTo(new byte[] { 1 }));
        }
    }

    [Test]
    public async Task AValidatorThatThrowsOrHangs_CostsItsMessageOnly()
    {
        var faulty = new TopicOptions
        {
            Validator = async (_, message, _) =>
            {
                if (message.Data.Span[0] == 0) throw new InvalidOperationException("A fault of the application.");
                // It does not heed its token either.
                if (message.Data.Span[0] == 1) await new TaskCompletionSource().Task;
                return Validation.Accept;
            },
        };
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync(
            new GossipsubOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(100), ValidationTimeout = TimeSpan.FromMilliseconds(100) }, faulty);
        await a.ConnectAsync(b);
        await a.MeshedWithAsync(b);

        await a.PublishAsync(0);
        await a.PublishAsync(1);
        await a.PublishAsync(2);

        Assert.That((await b.NextAsync()).Data.ToArray(), Is.EqualTo(new byte[] { 2 }));
        await b.CountedAsync(GossipsubCounter.ValidationFailed, 2);
        Assert.That(b.Rest(), Is.Empty);
    }

    [Test]
    public async Task AHandlerThatThrows_GetsTheNextMessage()
    {
        var got = new TaskCompletionSource<byte>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync(handler: (_, message, _) =>
        {
            if (message.Data.Span[0] == 0) throw new InvalidOperationException("A fault of the application.");
            got.SetResult(message.Data.Span[0]);
            return ValueTask.CompletedTask;
        });
        await a.ConnectAsync(b);
        await a.MeshedWithAsync(b);

        await a.PublishAsync(0);
        // Signatures are checked side by side, so of two messages published together the second may be delivered first.
        await b.CountedAsync(GossipsubCounter.HandlerFaults, 1);
        await a.PublishAsync(9);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await got.Task.WaitAsync(TimeSpan.FromSeconds(20)), Is.EqualTo(9));
            Assert.That(b.Count(GossipsubCounter.HandlerFaults), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task AForgedSignature_IsRefused_AndTheTrueMessageStillCounts()
    {
        await using var victim = await PubsubNode.StartAsync();
        using var keys = KeyPair.Generate();
        await using var attacker = await AttackerAsync(keys, victim);
        await using var stream = await attacker.OpenStreamAsync(victim.Id, Protocols);
        var genuine = MessageSigning.Sign(keys, Topic, new byte[] { 1 }, 5);
        var forged = PubsubMessage.Create(Topic, new byte[] { 2 }, genuine.From, genuine.SequenceNumber, genuine.Signature, null);

        await SendAsync(stream, forged);
        await victim.CountedAsync(GossipsubCounter.BadSignatures, 1);
        await SendAsync(stream, PubsubMessage.Unsigned(Topic, new byte[] { 3 }));
        await SendAsync(stream, genuine);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await victim.NextAsync()).Data.ToArray(), Is.EqualTo(new byte[] { 1 }));
            Assert.That(victim.Count(GossipsubCounter.Malformed), Is.EqualTo(1));
            Assert.That(victim.Rest(), Is.Empty);
        }
    }

    [Test]
    public async Task GarbageAndGiantFrames_ResetTheirStream_AndANewStreamWorks()
    {
        await using var victim = await PubsubNode.StartAsync();
        using var keys = KeyPair.Generate();
        await using var attacker = await AttackerAsync(keys, victim);
        byte[][] attacks =
        [
            // A length of 1 GiB.
            [0x80, 0x80, 0x80, 0x80, 0x04],
            // Three bytes that are no protobuf.
            [3, 0xFF, 0xFF, 0xFF],
        ];
        for (var i = 0; i < attacks.Length; i++)
        {
            await using var stream = await attacker.OpenStreamAsync(victim.Id, Protocols);
            await stream.WriteAsync(attacks[i]);
            await victim.CountedAsync(GossipsubCounter.RpcsRefused, i + 1);
            Assert.That(async () => await stream.ReadAsync(new byte[1]), Throws.InstanceOf<StreamResetException>());
        }

        await using var good = await attacker.OpenStreamAsync(victim.Id, Protocols);
        await SendAsync(good, MessageSigning.Sign(keys, Topic, new byte[] { 1 }, 1));

        Assert.That((await victim.NextAsync()).Data.ToArray(), Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public async Task AFastPublisher_IsSlowedDownAndLosesNothing_WhereValidationIsSlow()
    {
        var slow = new TopicOptions
        {
            Validator = async (_, _, cancellationToken) =>
            {
                await Task.Delay(1, cancellationToken);
                return Validation.Accept;
            },
        };
        var options = new GossipsubOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(100), PendingValidationsPerPeer = 16, MaxPendingValidations = 1100, MaxWaitingValidators = 8 };
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync(options, slow);
        await a.ConnectAsync(b);
        await a.MeshedWithAsync(b);

        for (var i = 0; i < 1500; i++) await a.PublishAsync(BitConverter.GetBytes(i));
        var got = new HashSet<int>();
        while (got.Count < 1500) got.Add(BitConverter.ToInt32((await b.NextAsync()).Data.Span));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(b.Count(GossipsubCounter.ValidationQueueFull), Is.Zero);
            Assert.That(a.Count(GossipsubCounter.OutboundMessagesDropped), Is.Zero);
            Assert.That(b.Rest(), Is.Empty);
        }
    }

    [Test]
    public async Task AfterAReconnection_MessagesFlowAgain()
    {
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync();
        await a.ConnectAsync(b);
        await a.MeshedWithAsync(b);

        await a.Host.DisconnectAsync(b.Id);
        await PubsubNode.UntilAsync(async () => (await a.Pubsub.PeersAsync(Topic)).Count == 0 && (await b.Pubsub.PeersAsync(Topic)).Count == 0);
        await a.ConnectAsync(b);
        await a.MeshedWithAsync(b);
        await b.PublishAsync(5);

        Assert.That((await a.NextAsync()).Data.ToArray(), Is.EqualTo(new byte[] { 5 }));
    }

    [Test]
    public async Task LeavingATopic_EndsDeliveries_AndTheTopicCanBeJoinedAgain()
    {
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync();
        await a.ConnectAsync(b);
        await a.MeshedWithAsync(b);

        await b.Subscription!.DisposeAsync();
        await PubsubNode.UntilAsync(async () => (await a.Pubsub.PeersAsync(Topic)).Count == 0);
        Assert.That((await a.PublishAsync(1)).Status, Is.EqualTo(PublishStatus.NoPeers));

        var got = new TaskCompletionSource<byte>();
        await using var again = await b.Pubsub.SubscribeAsync(Topic, TopicOptions.Default, (_, message, _) =>
        {
            got.SetResult(message.Data.Span[0]);
            return ValueTask.CompletedTask;
        });
        await PubsubNode.UntilAsync(async () => (await a.Pubsub.PeersAsync(Topic)).Count == 1);
        await a.PublishAsync(2);
        Assert.That(await got.Task.WaitAsync(TimeSpan.FromSeconds(20)), Is.EqualTo(2), "flood publishing reaches a member outside the mesh");
    }

    [Test]
    public async Task AMessageTooLargeForAFrame_IsRefusedToItsPublisher_AndTheLargestPasses()
    {
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync();
        await a.ConnectAsync(b);
        await a.MeshedWithAsync(b);

        Assert.That(async () => await a.PublishAsync(new byte[1024 * 1024]), Throws.ArgumentException);
        await a.PublishAsync(new byte[1024 * 1024 - 200]);

        Assert.That((await b.NextAsync()).Data.Length, Is.EqualTo(1024 * 1024 - 200));
    }

    [Test]
    public async Task AnEndedService_SaysSo()
    {
        var node = await PubsubNode.StartAsync();
        await node.DisposeAsync();

        Assert.That(async () => await node.PublishAsync(1), Throws.InstanceOf<ObjectDisposedException>());
    }

    /// <summary>A host that speaks the protocol by hand: what we write to it, it reads and forgets.</summary>
    private static async Task<Host> AttackerAsync(KeyPair keys, PubsubNode victim)
    {
        var attacker = new Host(keys);
        attacker.Handle(Protocols[0], (stream, cancellationToken) => stream.CopyToAsync(Stream.Null, cancellationToken));
        await attacker.StartAsync();
        await attacker.ConnectAsync(victim.Id, victim.Host.Addresses);
        return attacker;
    }

    private static async Task SendAsync(PeerStream stream, PubsubMessage message) =>
        await LengthPrefixed.WriteAsync(stream, RpcEncoder.Encode(new Rpc { Messages = [message] }));
}
