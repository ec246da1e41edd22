using Google.Protobuf;
using HyphaMarket.Libp2p.Identify;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Tests.Identity;
using Messages = HyphaMarket.Libp2p.Identify.Messages.Identify;

namespace HyphaMarket.Libp2p.Tests.Identify;

[TestFixture]
public sealed class IdentifyCodecTests
{
    private static readonly KeyPair s_keys = KeyPair.Generate();
    private static readonly Multiaddr s_address = Multiaddr.Parse("/ip4/192.0.2.1/tcp/4001");

    [OneTimeTearDown]
    public void TearDown() => s_keys.Dispose();

    [Test]
    public void Message_ComesBackAsItWent()
    {
        var sent = new IdentifyInfo(s_keys.PublicKey, "ipfs/0.1.0", "test/1", [s_address], s_address, ["/a/1", "/b/1"]);
        var read = IdentifyCodec.Decode(s_keys.PeerId, IdentifyCodec.Encode(sent).Select(part => part.ToByteArray()));
        Assert.That(read!.PublicKey, Is.EqualTo(s_keys.PublicKey));
        Assert.That((read.ProtocolVersion, read.AgentVersion, read.ObservedAddress), Is.EqualTo(("ipfs/0.1.0", "test/1", s_address)));
        Assert.That(read.ListenAddresses, Is.EqualTo(new[] { s_address }));
        Assert.That(read.Protocols, Is.EqualTo(new[] { "/a/1", "/b/1" }));
    }

    [Test]
    public void Parts_AreJoined_AndMissingFieldsSayNothing()
    {
        var parts = new[] { new Messages { Protocols = { "/a/1" } }, new Messages { Protocols = { "/b/1" } } }.Select(part => part.ToByteArray());
        var read = IdentifyCodec.Decode(s_keys.PeerId, parts);
        Assert.That(read!.Protocols, Is.EqualTo(new[] { "/a/1", "/b/1" }));
        Assert.That((read.ListenAddresses, read.AgentVersion, read.PublicKey), Is.EqualTo(((IReadOnlyList<Multiaddr>?)null, (string?)null, (PublicKey?)null)));
    }

    [Test]
    public void Key_OfAnotherPeer_SpoilsTheMessage()
    {
        var message = new Messages { PublicKey = ByteString.CopyFrom(KeyPair.Generate().PublicKey.Protobuf.Span) };
        Assert.That(IdentifyCodec.Decode(s_keys.PeerId, [message.ToByteArray()]), Is.Null);
    }

    [Test]
    public void Garbage_IsNoMessage() => Assert.That(IdentifyCodec.Decode(s_keys.PeerId, [[0xFF, 0xFF, 0xFF]]), Is.Null);

    [Test]
    public void Addresses_UnknownOrOfAnotherPeer_AreLeftOut()
    {
        var message = new Messages
        {
            ListenAddrs =
            {
                ByteString.CopyFrom(0xFF, 0x01, 0x02),
                ByteString.CopyFrom(s_address.WithPeer(KeyPair.Generate().PeerId).Bytes.Span),
                ByteString.CopyFrom(s_address.WithPeer(s_keys.PeerId).Bytes.Span),
            },
        };
        Assert.That(IdentifyCodec.Decode(s_keys.PeerId, [message.ToByteArray()])!.ListenAddresses, Is.EqualTo(new[] { s_address }));
    }

    [Test]
    public void SignedRecord_StandsInPlaceOfThePlainAddresses()
    {
        var other = Multiaddr.Parse("/ip4/192.0.2.9/tcp/4001");
        var sent = new IdentifyInfo(s_keys.PublicKey, null, null, [other], null, null, Record(s_keys, s_address));
        var parts = IdentifyCodec.Encode(sent);
        Assert.That(parts, Has.Count.EqualTo(1));
        var read = IdentifyCodec.Decode(s_keys.PeerId, parts.Select(part => part.ToByteArray()))!;
        Assert.That((read.ListenAddresses, read.RecordFault), Is.EqualTo(((IReadOnlyList<Multiaddr>?)null, EnvelopeFault.None)));
        Assert.That(read.SignedRecord!.Record.Addresses, Is.EqualTo(new[] { s_address }));
    }

    [Test]
    public void SignedRecord_ThatIsForgedOrOfAnotherPeer_IsRefused_AndSoAreThePlainAddressesBesideIt()
    {
        var forged = Record(s_keys, s_address).Bytes.ToArray();
        forged[^1] ^= 1;
        var cases = new[] { (forged, EnvelopeFault.WrongSignature), (Record(TestKeys.Bob, s_address).Bytes.ToArray(), EnvelopeFault.WrongPeer), ([1, 2, 3], EnvelopeFault.Malformed) };
        foreach (var (record, fault) in cases)
        {
            var read = Decode(record);
            Assert.That((read.RecordFault, read.SignedRecord, read.ListenAddresses), Is.EqualTo((fault, (SignedPeerRecord?)null, (IReadOnlyList<Multiaddr>?)null)));
            Assert.That(read.Protocols, Is.EqualTo(new[] { "/a/1" }), "the rest of the message stands");
        }
    }

    [Test]
    public void SignedRecord_OfATypeWeDoNotKnow_IsAsIfThereWereNone()
    {
        var unknown = SignedEnvelope.Seal(s_keys, new EnvelopePurpose("libp2p-routing-state", "/libp2p/routing-state-record"u8), Record(s_keys, s_address).Envelope.Payload.Span);
        Assert.That(Decode(unknown.Bytes.ToArray()).ListenAddresses, Is.EqualTo(new[] { s_address }));
    }

    [Test]
    public void MessageTooLongForOthers_IsSentInTwo_WithTheRecordInTheSecond()
    {
        var sent = new IdentifyInfo(s_keys.PublicKey, null, null, [s_address], null, [.. Enumerable.Range(0, 250).Select(i => $"/a/protocol/of/thirty/letters/{i}")], Record(s_keys, s_address));
        var parts = IdentifyCodec.Encode(sent);
        Assert.That(parts.Select(part => part.HasSignedPeerRecord), Is.EqualTo(new[] { false, true }));
        var read = IdentifyCodec.Decode(s_keys.PeerId, parts.Select(part => part.ToByteArray()))!;
        Assert.That((read.Protocols!.Count, read.SignedRecord?.Peer, read.ListenAddresses), Is.EqualTo((250, (PeerId?)s_keys.PeerId, (IReadOnlyList<Multiaddr>?)null)));
    }

    private static SignedPeerRecord Record(KeyPair keys, params Multiaddr[] addresses) => SignedPeerRecord.Seal(keys, new PeerRecord(keys.PeerId, 1, addresses));

    private static IdentifyInfo Decode(byte[] record) => IdentifyCodec.Decode(
        s_keys.PeerId,
        [new Messages { ListenAddrs = { ByteString.CopyFrom(s_address.Bytes.Span) }, Protocols = { "/a/1" }, SignedPeerRecord = ByteString.CopyFrom(record) }.ToByteArray()])!;

    [Test]
    public void Lists_BeyondTheirBounds_AreCut()
    {
        var message = new Messages();
        for (var i = 0; i < 1_000; i++)
        {
            message.Protocols.Add($"/p/{i}");
            message.ListenAddrs.Add(ByteString.CopyFrom(Multiaddr.Parse($"/ip4/192.0.2.1/tcp/{i + 1}").Bytes.Span));
        }
        message.Protocols.Insert(0, new string('x', 10_000));
        var read = IdentifyCodec.Decode(s_keys.PeerId, [message.ToByteArray()]);
        Assert.That((read!.Protocols!.Count, read.ListenAddresses!.Count), Is.EqualTo((IdentifyCodec.MaxProtocols, IdentifyCodec.MaxAddresses)));
        Assert.That(read.Protocols[0], Is.EqualTo("/p/0"));
    }
}
