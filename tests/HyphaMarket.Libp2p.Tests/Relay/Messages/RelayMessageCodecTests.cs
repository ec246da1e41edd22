using Google.Protobuf;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Messages;
using HyphaMarket.Libp2p.Transport;
using Pb = HyphaMarket.Libp2p.Relay.Messages.Generated;

namespace HyphaMarket.Libp2p.Tests.Relay.Messages;

[TestFixture]
public sealed class RelayMessageCodecTests
{
    private static readonly PeerId s_peer = RelayPeers.Id(1);
    private static readonly ConnectionLimits s_limits = new(TimeSpan.FromMinutes(2), 131_072);
    private static readonly Multiaddr s_address = Multiaddr.Parse("/ip4/192.0.2.7/tcp/4001");

    [Test]
    public void Reserve_HasTheBytesOfTheSpecification() => Assert.That(RelayMessageCodec.Encode(new HopMessage(HopMessageType.Reserve)).ToByteArray(), Is.EqualTo(new byte[] { 0x08, 0x00 }));

    [Test]
    public void HopMessages_ComeBackAsTheyWent()
    {
        foreach (var message in HopMessages())
        {
            var back = RelayMessageCodec.DecodeHop(RelayMessageCodec.Encode(message).ToByteArray())!;
            Assert.That(back with { Reservation = null }, Is.EqualTo(message with { Reservation = null }));
            Assert.That(back.Reservation?.Expires, Is.EqualTo(message.Reservation?.Expires));
            Assert.That(back.Reservation?.RelayAddresses, Is.EqualTo(message.Reservation?.RelayAddresses));
            Assert.That(back.Reservation?.Voucher, Is.EqualTo(message.Reservation?.Voucher));
        }
    }

    [Test]
    public void StopMessages_ComeBackAsTheyWent()
    {
        foreach (var message in new[] { new StopMessage(StopMessageType.Connect, s_peer, s_limits), new StopMessage(StopMessageType.Status, Status: RelayStatus.ConnectionFailed) })
        {
            Assert.That(RelayMessageCodec.DecodeStop(RelayMessageCodec.Encode(message).ToByteArray()), Is.EqualTo(message));
        }
    }

    [Test]
    public void Limit_OfZero_IsNone()
    {
        Assert.That(Limits(new Pb.Limit()), Is.Null);
        Assert.That(Limits(new Pb.Limit { Data = 5 }), Is.EqualTo(new ConnectionLimits(null, 5)));
        Assert.That(Limits(new Pb.Limit { Duration = 5 }), Is.EqualTo(new ConnectionLimits(TimeSpan.FromSeconds(5), null)));
        Assert.That(Limits(new Pb.Limit { Duration = uint.MaxValue, Data = ulong.MaxValue }), Is.EqualTo(new ConnectionLimits(TimeSpan.FromSeconds(uint.MaxValue), long.MaxValue)));
    }

    [Test]
    public void ExpiryBeyondTheYear9999_IsItsLastSecond()
    {
        var message = new Pb.HopMessage { Type = Pb.HopMessage.Types.Type.Status, Status = Pb.Status.Ok, Reservation = new Pb.Reservation { Expire = ulong.MaxValue } };
        Assert.That(RelayMessageCodec.DecodeHop(message.ToByteArray())!.Reservation!.Expires.Year, Is.EqualTo(9999));
    }

    [Test]
    public void UnknownStatus_IsRead_SoThatItCanBeTakenForARefusal()
    {
        Assert.That(RelayMessageCodec.DecodeHop([0x08, 0x02, 0x28, 0x85, 0x04])!.Status, Is.EqualTo((RelayStatus)517));
    }

    [Test]
    public void Addresses_BeyondTheBound_AndOfUnknownKinds_AreLeftOut()
    {
        var reservation = new Pb.Reservation { Expire = 1 };
        reservation.Addrs.Add(ByteString.CopyFrom(0xFF, 0xFF, 0x03));
        for (var i = 0; i < 20; i++) reservation.Addrs.Add(ByteString.CopyFrom(s_address.Bytes.Span));
        var message = new Pb.HopMessage { Type = Pb.HopMessage.Types.Type.Status, Status = Pb.Status.Ok, Reservation = reservation };
        Assert.That(RelayMessageCodec.DecodeHop(message.ToByteArray())!.Reservation!.RelayAddresses, Is.EqualTo(Enumerable.Repeat(s_address, RelayMessageCodec.MaxAddresses)));
    }

    [Test]
    public void MalformedMessages_AreNone()
    {
        var noPeer = new Pb.HopMessage { Type = Pb.HopMessage.Types.Type.Connect };
        var falsePeer = new Pb.HopMessage { Type = Pb.HopMessage.Types.Type.Connect, Peer = new Pb.Peer { Id = ByteString.CopyFrom(1, 2, 3) } };
        var noStatus = new Pb.HopMessage { Type = Pb.HopMessage.Types.Type.Status };
        foreach (var bytes in new[] { [], [0x08], [0x08, 0x03], [0x10, 0x00], [0xFF], noPeer.ToByteArray(), falsePeer.ToByteArray(), noStatus.ToByteArray(), new byte[RelayProtocol.MaxMessageBytes + 1] })
        {
            Assert.That(RelayMessageCodec.DecodeHop(bytes), Is.Null, Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 16))));
        }
        foreach (var bytes in new byte[][] { [], [0x08], [0x08, 0x02], [0x08, 0x00], [0x08, 0x01], new byte[RelayProtocol.MaxMessageBytes + 1] })
        {
            Assert.That(RelayMessageCodec.DecodeStop(bytes), Is.Null, Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 16))));
        }
    }

    [Test]
    public void MutatedMessages_NeverThrow_AndWhatIsReadKeepsItsForm()
    {
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var originals = HopMessages().Select(message => RelayMessageCodec.Encode(message).ToByteArray()).ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = Mutate(random, originals[random.Next(originals.Length)]);
            if (RelayMessageCodec.DecodeHop(bytes) is { } hop)
            {
                Assert.That(hop.Type != HopMessageType.Connect || hop.Peer is not null, Is.True);
                Assert.That(hop.Type != HopMessageType.Status || hop.Status is not null, Is.True);
                Assert.That(RelayMessageCodec.DecodeHop(RelayMessageCodec.Encode(hop).ToByteArray())?.Type, Is.EqualTo(hop.Type), Convert.ToHexString(bytes));
            }
            if (RelayMessageCodec.DecodeStop(bytes) is { } stop) Assert.That(stop.Type != StopMessageType.Connect || stop.Peer is not null, Is.True);
        }
    }

    private static byte[] Mutate(Random random, byte[] original)
    {
        var bytes = original.ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            switch (random.Next(4))
            {
                case 0 when bytes.Count > 0: bytes[random.Next(bytes.Count)] = (byte)random.Next(256); break;
                case 1 when bytes.Count > 0: bytes.RemoveAt(random.Next(bytes.Count)); break;
                case 2: bytes.Insert(random.Next(bytes.Count + 1), (byte)random.Next(256)); break;
                default: bytes.RemoveRange(bytes.Count / 2, bytes.Count - (bytes.Count / 2)); break;
            }
        }
        return [.. bytes];
    }

    private static ConnectionLimits? Limits(Pb.Limit limit) =>
        RelayMessageCodec.DecodeHop(new Pb.HopMessage { Type = Pb.HopMessage.Types.Type.Status, Status = Pb.Status.Ok, Limit = limit }.ToByteArray())!.Limits;

    private static HopMessage[] HopMessages() =>
    [
        new(HopMessageType.Reserve),
        new(HopMessageType.Connect, s_peer),
        new(HopMessageType.Status, Status: RelayStatus.NoReservation),
        new(HopMessageType.Status, Limits: s_limits, Status: RelayStatus.Ok),
        new(HopMessageType.Status, Reservation: new GrantedReservation(RelayPeers.Now, [s_address, s_address.WithPeer(s_peer)], [1, 2, 3]), Limits: s_limits, Status: RelayStatus.Ok),
    ];
}
