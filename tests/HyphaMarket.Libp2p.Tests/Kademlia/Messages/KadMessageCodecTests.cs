using Google.Protobuf;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Messages;
using Pb = HyphaMarket.Libp2p.Kademlia.Messages.Generated;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Messages;

public sealed class KadMessageCodecTests
{
    private const int Seed = 53;
    private readonly Random _random = new(Seed);
    private readonly KademliaOptions _options = new();

    [Test]
    public void AMessage_SurvivesTheWire()
    {
        var (closer, provider) = (TestPeers.Next(_random), TestPeers.Next(_random));
        var message = new KadMessage
        {
            Type = KadMessageType.GetValue,
            Key = "/test/a"u8.ToArray(),
            Record = new KadRecord("/test/a"u8.ToArray(), "5"u8.ToArray(), "2026-01-01T00:00:00.000000000Z"),
            CloserPeers = [new KadPeer(closer, [TestPeers.AddressOf(1), TestPeers.AddressOf(2)])],
            ProviderPeers = [new KadPeer(provider, [])],
        };
        var read = Decode(KadMessageCodec.Encode(message));
        Assert.That(read, Is.Not.Null);
        Assert.Multiple(() =>
        {
            Assert.That(read.Type, Is.EqualTo(KadMessageType.GetValue));
            Assert.That(read.Key.ToArray(), Is.EqualTo("/test/a"u8.ToArray()));
            Assert.That(read.Record!.Value.ToArray(), Is.EqualTo("5"u8.ToArray()));
            Assert.That(read.Record.TimeReceived, Is.EqualTo("2026-01-01T00:00:00.000000000Z"));
            Assert.That(read.CloserPeers.Single().Id, Is.EqualTo(closer));
            Assert.That(read.CloserPeers.Single().Addresses, Is.EqualTo(new[] { TestPeers.AddressOf(1), TestPeers.AddressOf(2) }));
            Assert.That(read.ProviderPeers.Single().Id, Is.EqualTo(provider));
        });
    }

    [Test]
    public void PutValue_IsTypeZero_WhichProto3LeavesOut()
    {
        // 12 01 6b: field 2 (key), length 1, "k".
        Assert.That(KadMessageCodec.Encode(new KadMessage { Type = KadMessageType.PutValue, Key = "k"u8.ToArray() }), Is.EqualTo(new byte[] { 0x12, 0x01, 0x6b }));
        Assert.That(Decode([0x12, 0x01, 0x6b])!.Type, Is.EqualTo(KadMessageType.PutValue));
    }

    [Test]
    public void WhatIsPastABound_IsLeftOut_AndTheRestIsRead()
    {
        var pb = new Pb.Message { Type = Pb.Message.Types.MessageType.FindNode };
        for (var i = 0; i < 100; i++)
        {
            var peer = new Pb.Message.Types.Peer { Id = ByteString.CopyFrom(TestPeers.Next(_random).Span) };
            for (var a = 0; a < 30; a++) peer.Addrs.Add(ByteString.CopyFrom(TestPeers.AddressOf(a + 1).Bytes.Span));
            pb.CloserPeers.Add(peer);
        }
        var read = Decode(pb.ToByteArray())!;
        Assert.Multiple(() =>
        {
            Assert.That(read.CloserPeers, Has.Count.EqualTo(_options.BucketSize));
            Assert.That(read.CloserPeers.Select(p => p.Addresses.Count), Is.All.EqualTo(_options.MaxAddressesPerPeer));
        });
    }

    [Test]
    public void WhatIsNoPeerIdOrAddress_IsLeftOut()
    {
        var good = TestPeers.Next(_random);
        var pb = new Pb.Message { Type = Pb.Message.Types.MessageType.FindNode };
        pb.CloserPeers.Add(new Pb.Message.Types.Peer { Id = ByteString.CopyFromUtf8("not a peer id") });
        pb.CloserPeers.Add(new Pb.Message.Types.Peer());
        pb.CloserPeers.Add(new Pb.Message.Types.Peer { Id = ByteString.CopyFrom(good.Span), Addrs = { ByteString.CopyFromUtf8("not an address"), ByteString.CopyFrom(TestPeers.Address.Bytes.Span) } });
        var read = Decode(pb.ToByteArray())!;
        Assert.Multiple(() =>
        {
            Assert.That(read.CloserPeers.Select(p => p.Id), Is.EqualTo(new[] { good }));
            Assert.That(read.CloserPeers[0].Addresses, Is.EqualTo(new[] { TestPeers.Address }));
        });
    }

    [Test]
    public void ManyEmptyPeers_CostNoMemory()
    {
        // Field 8, length 0, as often as the longest message holds.
        var flood = new byte[_options.MaxMessageBytes];
        for (var i = 0; i < flood.Length; i += 2) flood[i] = 0x42;
        Decode(flood);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = Decode(flood);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Multiple(() =>
        {
            Assert.That(read!.CloserPeers, Is.Empty);
            Assert.That(allocated, Is.LessThan(4_096));
        });
    }

    [TestCase("0806", TestName = "AnUnknownType_IsNoMessage")]
    [TestCase("12ff", TestName = "ACutLength_IsNoMessage")]
    [TestCase("1205aa", TestName = "ContentShorterThanItsLength_IsNoMessage")]
    [TestCase("12ffffffffffffffffff01", TestName = "AHugeLength_IsNoMessage")]
    [TestCase("13", TestName = "AGroup_IsNoMessage")]
    [TestCase("00", TestName = "FieldZero_IsNoMessage")]
    [TestCase("4201ff", TestName = "ADamagedPeer_IsNoMessage")]
    public void DamagedBytes(string hex) => Assert.That(Decode(Convert.FromHexString(hex)), Is.Null);

    [Test]
    public void AnOverlongKeyOrValue_IsNoMessage()
    {
        var key = new Pb.Message { Key = ByteString.CopyFrom(new byte[_options.MaxKeyBytes + 1]) };
        var value = new Pb.Message { Record = new Pb.Record { Value = ByteString.CopyFrom(new byte[_options.MaxValueBytes + 1]) } };
        Assert.Multiple(() =>
        {
            Assert.That(Decode(key.ToByteArray()), Is.Null);
            Assert.That(Decode(value.ToByteArray()), Is.Null);
            Assert.That(Decode(new byte[_options.MaxMessageBytes + 1]), Is.Null);
        });
    }

    [Test]
    public void RandomAndMutatedBytes_NeverThrow()
    {
        var good = KadMessageCodec.Encode(new KadMessage { Type = KadMessageType.FindNode, Key = new byte[32], CloserPeers = [TestPeers.Named(TestPeers.Next(_random))] });
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = (byte[])good.Clone();
            for (var flips = _random.Next(1, 6); flips > 0; flips--) bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
            Assert.That(() => Decode(bytes), Throws.Nothing, $"seed {Seed}, case {i}: {Convert.ToHexString(bytes)}");
        }
    }

    private KadMessage? Decode(byte[] bytes) => new KadMessageCodec(_options).Decode(bytes);
}
