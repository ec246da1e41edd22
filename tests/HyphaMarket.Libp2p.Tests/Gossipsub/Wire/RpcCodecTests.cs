using System.Text;
using Google.Protobuf;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using Twin = HyphaMarket.Libp2p.Gossipsub.Messages;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Wire;

public sealed class RpcCodecTests
{
    private static readonly RpcLimits Limits = new();

    [Test]
    public void AFullRpc_IsReadByTheGeneratedTypes_FieldForField()
    {
        var twin = Twin.RPC.Parser.ParseFrom(RpcEncoder.Encode(FullRpc()));

        Assert.That(twin, Is.EqualTo(FullTwin()));
    }

    [Test]
    public void AFullRpcOfTheGeneratedTypes_IsWrittenBackByteForByte()
    {
        var bytes = FullTwin().ToByteArray();

        var rpc = RpcDecoder.Decode(bytes, Limits);

        Assert.That(rpc, Is.Not.Null);
        Assert.That(RpcEncoder.Encode(rpc), Is.EqualTo(bytes));
    }

    [Test]
    public void AFieldThatIsAbsent_IsToldFromOneThatIsEmpty()
    {
        var rpc = new Twin.RPC { Publish = { new Twin.Message { Topic = "t", Data = ByteString.Empty } } };

        var message = RpcDecoder.Decode(rpc.ToByteArray(), Limits)!.Messages.Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(message.DataField, Is.Not.Null);
            Assert.That(message.From, Is.Null);
            Assert.That(message.Signature, Is.Null);
        }
    }

    [Test]
    public void AnUnknownFieldInAMessage_IsNotPassedOn()
    {
        var known = new Twin.Message { Topic = "t", Data = ByteString.CopyFromUtf8("x") }.ToByteArray();
        // Field 15, two bytes long.
        byte[] freighted = [.. known, 0x7A, 2, 1, 2];

        var message = MessageCodec.Decode(freighted)!;

        Assert.That(message.Encoded.ToArray(), Is.EqualTo(known));
    }

    [Test]
    public void FieldsOutOfOrder_AreReadAndPassedOnInOrder()
    {
        // Topic (4) before data (2).
        byte[] disordered = [0x22, 1, (byte)'t', 0x12, 1, (byte)'x'];

        var message = MessageCodec.Decode(disordered)!;

        Assert.That(message.Encoded.ToArray(), Is.EqualTo(new Twin.Message { Topic = "t", Data = ByteString.CopyFromUtf8("x") }.ToByteArray()));
    }

    [TestCase(new byte[] { 0x12, 1, 1 }, TestName = "AMessageWithoutATopic_IsMalformed")]
    [TestCase(new byte[] { 0x22, 1, 1, 0x22, 1, 2 }, TestName = "AMessageOfTwoTopics_IsMalformed")]
    [TestCase(new byte[] { 0x22, 1, 0xFF }, TestName = "ATopicThatIsNoUtf8_IsMalformed")]
    [TestCase(new byte[] { 0x22, 0 }, TestName = "AnEmptyTopic_IsMalformed")]
    [TestCase(new byte[] { 0x22, 5, 1 }, TestName = "ATruncatedTopic_IsMalformed")]
    public void MalformedMessages(byte[] message)
    {
        byte[] frame = [0x12, (byte)message.Length, .. message];

        var rpc = RpcDecoder.Decode(frame, Limits)!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(MessageCodec.Decode(message), Is.Null);
            Assert.That(rpc.MalformedMessages, Is.EqualTo(1));
            Assert.That(rpc.Messages, Is.Empty);
        }
    }

    [Test]
    public void ATopicLongerThanAllowed_IsLeftOut_AndTheRestIsRead()
    {
        var rpc = new Twin.RPC
        {
            Subscriptions =
            {
                new Twin.RPC.Types.SubOpts { Subscribe = true, Topicid = new string('x', GossipsubOptions.LongestTopicBytes + 1) },
                new Twin.RPC.Types.SubOpts { Subscribe = true, Topicid = new string('x', GossipsubOptions.LongestTopicBytes) },
            },
        };

        Assert.That(RpcDecoder.Decode(rpc.ToByteArray(), Limits)!.Subscriptions, Has.Count.EqualTo(1));
    }

    [Test]
    public void AControlFieldThatComesTwice_IsMerged()
    {
        byte[] graft(byte topic) => [0x1A, 5, 0x1A, 3, 0x0A, 1, topic];
        byte[] frame = [.. graft((byte)'a'), .. graft((byte)'b')];

        Assert.That(RpcDecoder.Decode(frame, Limits)!.Graft, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public void ListsAtTheirLimit_AreRead_AndOneMoreIsRefused()
    {
        var limits = new RpcLimits { MaxSubscriptions = 2, MaxMessages = 2, MaxControlMessages = 2, MaxMessageIds = 2, MaxMessageIdBytes = 2, MaxExchangedPeers = 2 };
        static Twin.RPC Of(Action<Twin.RPC, Twin.ControlMessage> fill)
        {
            var rpc = new Twin.RPC { Control = new Twin.ControlMessage() };
            fill(rpc, rpc.Control);
            return rpc;
        }
        bool Read(Twin.RPC rpc) => RpcDecoder.Decode(rpc.ToByteArray(), limits) is not null;
        var id = ByteString.CopyFrom(1, 2);
        var cases = new (string Name, Func<int, Twin.RPC> Make)[]
        {
            ("subscriptions", n => Of((rpc, _) => rpc.Subscriptions.AddRange(Enumerable.Repeat(new Twin.RPC.Types.SubOpts { Topicid = "t" }, n)))),
            ("messages", n => Of((rpc, _) => rpc.Publish.AddRange(Enumerable.Repeat(new Twin.Message { Topic = "t" }, n)))),
            ("malformed messages", n => Of((rpc, _) => rpc.Publish.AddRange(Enumerable.Repeat(new Twin.Message(), n)))),
            ("grafts", n => Of((_, control) => control.Graft.AddRange(Enumerable.Repeat(new Twin.ControlGraft { TopicID = "t" }, n)))),
            ("ids of an IHAVE", n => Of((_, control) => control.Ihave.Add(new Twin.ControlIHave { TopicID = "t", MessageIDs = { Enumerable.Repeat(id, n) } }))),
            ("ids of an IWANT", n => Of((_, control) => control.Iwant.Add(new Twin.ControlIWant { MessageIDs = { Enumerable.Repeat(id, n) } }))),
            ("bytes of an id", n => Of((_, control) => control.Iwant.Add(new Twin.ControlIWant { MessageIDs = { ByteString.CopyFrom(new byte[n]) } }))),
            ("exchanged peers", n => Of((_, control) => control.Prune.Add(new Twin.ControlPrune { TopicID = "t", Peers = { Enumerable.Repeat(new Twin.PeerInfo(), n) } }))),
        };

        using (Assert.EnterMultipleScope())
        {
            foreach (var (name, make) in cases)
            {
                Assert.That(Read(make(2)), Is.True, $"2 {name}");
                Assert.That(Read(make(3)), Is.False, $"3 {name}");
            }
        }
    }

    [Test]
    public void RandomAndMutatedFrames_NeverThrow_AndWhatIsReadIsReadAlikeByTheGeneratedTypes()
    {
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var template = FullTwin().ToByteArray();
        var read = 0;
        for (var run = 0; run < 50_000; run++)
        {
            byte[] frame;
            if (run % 4 == 0)
            {
                frame = new byte[random.Next(0, 64)];
                random.NextBytes(frame);
            }
            else
            {
                frame = template.ToArray();
                for (var flips = random.Next(1, 4); flips > 0; flips--) frame[random.Next(frame.Length)] = (byte)random.Next(256);
                if (run % 4 == 1) frame = frame[..random.Next(frame.Length)];
            }

            if (RpcDecoder.Decode(frame, Limits) is not { } rpc) continue;
            read++;
            var again = RpcDecoder.Decode(RpcEncoder.Encode(rpc), Limits);
            Assert.That(again, Is.Not.Null, $"seed {seed}, run {run}");
            Assert.That(RpcEncoder.Encode(again), Is.EqualTo(RpcEncoder.Encode(rpc)), $"seed {seed}, run {run}");
            // What we take for well-formed, everyone must be able to read.
            Assert.That(() => Twin.RPC.Parser.ParseFrom(RpcEncoder.Encode(rpc)), Throws.Nothing, $"seed {seed}, run {run}");
        }
        Assert.That(read, Is.GreaterThan(1000), "the mutations must leave some frames readable, or nothing was tested");
    }

    private static Rpc FullRpc() => new()
    {
        Subscriptions = [new SubscriptionChange("joined", true), new SubscriptionChange("left", false)],
        Messages =
        [
            PubsubMessage.Create("topic/ü", new byte[] { 1, 2 }, new byte[] { 3 }, new byte[8], new byte[] { 5, 5 }, new byte[] { 6 }),
            PubsubMessage.Unsigned("topic", new byte[300]),
        ],
        IHave = [new IHave("joined", [Id("one"), Id("two")])],
        IWant = [Id("three")],
        Graft = ["joined"],
        Prune = [new Prune("left", 60, [new PeerExchangeRecord(new byte[] { 7 }, new byte[] { 8, 9 })]), new Prune("old", null, [])],
        IDontWant = [Id("four")],
    };

    private static Twin.RPC FullTwin() => new()
    {
        Subscriptions =
        {
            new Twin.RPC.Types.SubOpts { Subscribe = true, Topicid = "joined" },
            new Twin.RPC.Types.SubOpts { Subscribe = false, Topicid = "left" },
        },
        Publish =
        {
            new Twin.Message
            {
                Topic = "topic/ü", Data = ByteString.CopyFrom(1, 2), From = ByteString.CopyFrom(3), Seqno = ByteString.CopyFrom(new byte[8]),
                Signature = ByteString.CopyFrom(5, 5), Key = ByteString.CopyFrom(6),
            },
            new Twin.Message { Topic = "topic", Data = ByteString.CopyFrom(new byte[300]) },
        },
        Control = new Twin.ControlMessage
        {
            Ihave = { new Twin.ControlIHave { TopicID = "joined", MessageIDs = { ByteString.CopyFromUtf8("one"), ByteString.CopyFromUtf8("two") } } },
            Iwant = { new Twin.ControlIWant { MessageIDs = { ByteString.CopyFromUtf8("three") } } },
            Graft = { new Twin.ControlGraft { TopicID = "joined" } },
            Prune =
            {
                new Twin.ControlPrune
                {
                    TopicID = "left", Backoff = 60,
                    Peers = { new Twin.PeerInfo { PeerID = ByteString.CopyFrom(7), SignedPeerRecord = ByteString.CopyFrom(8, 9) } },
                },
                new Twin.ControlPrune { TopicID = "old" },
            },
            Idontwant = { new Twin.ControlIDontWant { MessageIDs = { ByteString.CopyFromUtf8("four") } } },
        },
    };

    private static MessageId Id(string text) => new(Encoding.UTF8.GetBytes(text));
}
