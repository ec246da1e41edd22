using Google.Protobuf;
using HyphaMarket.Libp2p.HolePunching;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.HolePunching;

[TestFixture]
public sealed class HolePunchCoreTests
{
    private static readonly HolePunchOptions s_options = new();
    private static readonly HolePunchMessage s_connect = new(HolePunchMessageType.Connect, [Multiaddr.Parse("/ip4/11.0.0.9/tcp/4001")]);
    private static readonly HolePunchMessage s_sync = new(HolePunchMessageType.Sync, []);

    [Test]
    public void Initiator_DialsAfterHalfTheRoundTrip_MeasuredAnewInEachAttempt()
    {
        var initiator = new HolePunchInitiator(s_options);
        Assert.That(initiator.TryBegin(TimeSpan.FromSeconds(1)), Is.True);
        initiator.OnConnect(TimeSpan.FromSeconds(1.2), s_connect);
        Assert.That(initiator.DialDelay, Is.EqualTo(TimeSpan.FromSeconds(0.1)));
        Assert.That(initiator.TryBegin(TimeSpan.FromSeconds(10)), Is.True);
        initiator.OnConnect(TimeSpan.FromSeconds(10.04), s_connect);
        Assert.That(initiator.DialDelay, Is.EqualTo(TimeSpan.FromSeconds(0.02)));
    }

    [Test]
    public void Initiator_ThatSendsItsConnectOnAnotherStream_MeasuresAnew_WithinOneAttempt()
    {
        var initiator = new HolePunchInitiator(s_options);
        initiator.TryBegin(TimeSpan.FromSeconds(1));
        initiator.BeginAnew(TimeSpan.FromSeconds(3));
        initiator.OnConnect(TimeSpan.FromSeconds(3.2), s_connect);
        Assert.That((initiator.Attempts, initiator.DialDelay), Is.EqualTo((1, TimeSpan.FromSeconds(0.1))));
    }

    [Test]
    public void Initiator_TriesThreeTimes()
    {
        var initiator = new HolePunchInitiator(s_options);
        for (var i = 0; i < 3; i++)
        {
            Assert.That(initiator.TryBegin(TimeSpan.Zero), Is.True);
            initiator.OnConnect(TimeSpan.Zero, s_connect);
        }
        Assert.That(initiator.TryBegin(TimeSpan.Zero), Is.False);
    }

    [Test]
    public void Initiator_TakesNoAnswerOutOfTurn()
    {
        var initiator = new HolePunchInitiator(s_options);
        Assert.That(() => initiator.OnConnect(TimeSpan.Zero, s_connect), Throws.InstanceOf<InvalidDataException>());
        initiator.TryBegin(TimeSpan.Zero);
        Assert.That(() => initiator.OnConnect(TimeSpan.Zero, s_sync), Throws.InstanceOf<InvalidDataException>());
        initiator.OnConnect(TimeSpan.Zero, s_connect);
        Assert.That(() => initiator.OnConnect(TimeSpan.Zero, s_connect), Throws.InstanceOf<InvalidDataException>());
    }

    [TestCase("/ip4/192.168.0.1/tcp/22")]
    [TestCase("/ip4/127.0.0.1/tcp/22")]
    [TestCase("/ip4/169.254.169.254/tcp/80")]
    [TestCase("/ip6/fd00::1/tcp/80")]
    [TestCase("/dns4/inside.example/tcp/80")]
    [TestCase("/ip4/11.0.0.9/tcp/0")]
    public void Initiator_DialsNoAddressOfItsOwnNetwork(string address)
    {
        var initiator = new HolePunchInitiator(s_options);
        initiator.TryBegin(TimeSpan.Zero);
        Assert.That(() => initiator.OnConnect(TimeSpan.Zero, new HolePunchMessage(HolePunchMessageType.Connect, [Multiaddr.Parse(address)])), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void RelayedAddresses_Repetitions_AndThoseBeyondTheBound_AreLeftOut()
    {
        using var keys = KeyPair.Generate();
        Multiaddr[] addresses =
        [
            Multiaddr.Parse($"/ip4/11.0.0.1/tcp/1/p2p/{keys.PeerId}/p2p-circuit"), Multiaddr.Parse("/ip4/11.0.0.2/tcp/1"), Multiaddr.Parse($"/ip4/11.0.0.2/tcp/1/p2p/{keys.PeerId}"),
            .. Enumerable.Range(1, 50).Select(i => Multiaddr.Parse($"/ip4/11.0.1.{i}/tcp/1")),
        ];
        var selected = PunchableAddresses.Select(addresses, s_options);
        Assert.That(selected, Has.Count.EqualTo(8));
        Assert.That(selected.Take(2).Select(address => address.ToString()), Is.EqualTo(new[] { "/ip4/11.0.0.2/tcp/1", "/ip4/11.0.1.1/tcp/1" }));
    }

    [Test]
    public void Responder_AnswersConnect_AndDialsOnSync_ThreeTimesAtMost()
    {
        var responder = new HolePunchResponder(s_options);
        for (var i = 0; i < 3; i++)
        {
            Assert.That(responder.OnMessage(s_connect), Is.False);
            Assert.That(responder.OnMessage(s_sync), Is.True);
            Assert.That(responder.PeerAddresses, Is.EqualTo(s_connect.Addresses));
        }
        Assert.That(() => responder.OnMessage(s_connect), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void Responder_TakesNoMessageOutOfTurn()
    {
        Assert.That(() => new HolePunchResponder(s_options).OnMessage(s_sync), Throws.InstanceOf<InvalidDataException>());
        var responder = new HolePunchResponder(s_options);
        responder.OnMessage(s_connect);
        Assert.That(() => responder.OnMessage(s_connect), Throws.InstanceOf<InvalidDataException>());
        responder = new HolePunchResponder(s_options);
        responder.OnMessage(s_connect);
        responder.OnMessage(s_sync);
        Assert.That(() => responder.OnMessage(s_sync), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void Message_OnTheWire_IsWhatTheSpecificationSays()
    {
        // Field 1 (type) as a varint of 100 or 300, field 2 (ObsAddrs) as bytes.
        Assert.That(HolePunchCodec.Encode(s_sync).ToByteArray(), Is.EqualTo(new byte[] { 0x08, 0xAC, 0x02 }));
        Assert.That(HolePunchCodec.Encode(s_connect).ToByteArray(), Is.EqualTo(new byte[] { 0x08, 0x64, 0x12, 0x08, 0x04, 11, 0, 0, 9, 0x06, 0x0F, 0xA1 }));
    }

    [TestCase(new byte[0])]
    [TestCase(new byte[] { 0x08, 0x01 })]
    [TestCase(new byte[] { 0x08 })]
    [TestCase(new byte[] { 0x12, 0x7F })]
    public void Message_OfNoKnownTypeOrMalformed_IsRefused(byte[] bytes) => Assert.That(() => HolePunchCodec.Decode(bytes), Throws.InstanceOf<InvalidDataException>());

    [Test]
    public void Messages_MutatedAtRandom_AreReadOrRefused_AndNothingElse()
    {
        const int Seed = 20261122;
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var sample = HolePunchCodec.Encode(new HolePunchMessage(HolePunchMessageType.Connect, [.. Enumerable.Range(1, 5).Select(i => Multiaddr.Parse($"/ip4/11.0.1.{i}/tcp/1"))])).ToByteArray();
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])sample.Clone();
            for (var n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                Assert.That(HolePunchCodec.Decode(bytes).Addresses, Has.Count.LessThanOrEqualTo(HolePunchCodec.MaxAddresses));
                read++;
            }
            catch (InvalidDataException)
            {
                // Refused.
            }
        }
        Assert.That(read, Is.InRange(1, 19_999), "some are read and some are not");
    }

    [Test]
    public void Options_OutOfRange_AreSaidAtOnce()
    {
        Assert.That(new HolePunchOptions { MaxAttempts = 0 }.Validate, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(new HolePunchOptions { MaxAddresses = 100 }.Validate, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(new HolePunchOptions { AttemptTimeout = TimeSpan.FromSeconds(1) }.Validate, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
