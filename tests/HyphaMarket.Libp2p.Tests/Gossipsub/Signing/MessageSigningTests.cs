using System.Text;
using Google.Protobuf;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Signing;
using HyphaMarket.Libp2p.Identity;
using Twin = HyphaMarket.Libp2p.Gossipsub.Messages;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Signing;

public sealed class MessageSigningTests
{
    private static readonly byte[] Data = Encoding.UTF8.GetBytes("an offer");
    private KeyPair _keys = null!;

    [SetUp]
    public void MakeKeys() => _keys = KeyPair.FromSeed(new byte[32].Select((_, i) => (byte)i).ToArray());

    [TearDown]
    public void WipeKeys() => _keys.Dispose();

    [Test]
    public void ASignedMessage_IsValid() =>
        Assert.That(MessageSigning.Verify(Sign()), Is.EqualTo(SignatureVerdict.Valid));

    [Test]
    public void TheSignature_IsOverThePrefixAndTheMessageWithoutSignatureAndKey()
    {
        var message = Sign();
        // Built by the generated types, independently of our codec.
        var unsigned = new Twin.Message
        {
            From = ByteString.CopyFrom(_keys.PeerId.Span), Data = ByteString.CopyFrom(Data),
            Seqno = ByteString.CopyFrom(0, 0, 0, 0, 0, 0, 0, 7), Topic = "topic",
        };
        byte[] signed = [.. "libp2p-pubsub:"u8, .. unsigned.ToByteArray()];

        Assert.That(_keys.PublicKey.Verify(signed, message.Signature!.Value.Span), Is.True);
    }

    [Test]
    public void AKeyThatIsTheAuthors_MayBeSentThoughTheIdContainsIt()
    {
        var message = Change(Sign(), key: _keys.PublicKey.Protobuf);

        Assert.That(MessageSigning.Verify(message), Is.EqualTo(SignatureVerdict.Valid));
    }

    [Test]
    public void AKeyThatIsNotTheAuthors_IsRefused_EvenWithItsOwnGoodSignature()
    {
        using var other = KeyPair.Generate();
        var forged = MessageSigning.Sign(other, "topic", Data, 7);
        var message = PubsubMessage.Create("topic", Data, _keys.PeerId.Bytes, forged.SequenceNumber, forged.Signature, other.PublicKey.Protobuf);

        Assert.That(MessageSigning.Verify(message), Is.EqualTo(SignatureVerdict.Invalid));
    }

    [Test]
    public void AnyChange_MakesTheSignatureInvalid()
    {
        var message = Sign();
        using var other = KeyPair.Generate();
        var broken = message.Signature!.Value.ToArray();
        broken[10] ^= 1;
        var changed = new (string What, PubsubMessage Message)[]
        {
            ("data", Change(message, data: new byte[] { 1 })),
            ("author", Change(message, from: other.PeerId.Bytes)),
            ("sequence number", Change(message, sequence: new byte[8])),
            ("topic", Change(message, topic: "another")),
            ("signature", Change(message, signature: broken)),
            ("a short signature", Change(message, signature: broken.AsMemory(0, 63))),
            ("a key that is none", Change(message, key: new byte[] { 1, 2, 3 })),
        };

        using (Assert.EnterMultipleScope())
        {
            foreach (var (what, bad) in changed) Assert.That(MessageSigning.Verify(bad), Is.EqualTo(SignatureVerdict.Invalid), what);
        }
    }

    [Test]
    public void AnAuthorWhoseIdIsAHash_NeedsTheKeyField() =>
        Assert.That(MessageSigning.Verify(Change(Sign(), from: TestPeers.Peer(1).Bytes)), Is.EqualTo(SignatureVerdict.Invalid));

    [Test]
    public void StrictSign_DemandsAuthorSequenceNumberAndSignature()
    {
        var good = Sign();
        var incomplete = new (string What, PubsubMessage Message)[]
        {
            ("no author", PubsubMessage.Create("topic", Data, null, good.SequenceNumber, good.Signature, null)),
            ("an author that is no peer id", Change(good, from: new byte[] { 1, 2, 3 })),
            ("no sequence number", PubsubMessage.Create("topic", Data, good.From, null, good.Signature, null)),
            ("a short sequence number", Change(good, sequence: new byte[7])),
            ("no signature", PubsubMessage.Create("topic", Data, good.From, good.SequenceNumber, null, null)),
            ("an empty signature", Change(good, signature: ReadOnlyMemory<byte>.Empty)),
            ("nothing but content", PubsubMessage.Unsigned("topic", Data)),
        };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(MessageForm.Obeys(good, SignaturePolicy.StrictSign), Is.True);
            foreach (var (what, bad) in incomplete) Assert.That(MessageForm.Obeys(bad, SignaturePolicy.StrictSign), Is.False, what);
        }
    }

    [Test]
    public void StrictNoSign_ForbidsEverythingButContent()
    {
        var some = new byte[8];
        var excessive = new (string What, PubsubMessage Message)[]
        {
            ("an author", PubsubMessage.Create("topic", Data, some, null, null, null)),
            ("a sequence number", PubsubMessage.Create("topic", Data, null, some, null, null)),
            ("a signature", PubsubMessage.Create("topic", Data, null, null, some, null)),
            ("a key", PubsubMessage.Create("topic", Data, null, null, null, some)),
            ("an empty signature", PubsubMessage.Create("topic", Data, null, null, ReadOnlyMemory<byte>.Empty, null)),
            ("a good signature", Sign()),
        };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(MessageForm.Obeys(PubsubMessage.Unsigned("topic", Data), SignaturePolicy.StrictNoSign), Is.True);
            foreach (var (what, bad) in excessive) Assert.That(MessageForm.Obeys(bad, SignaturePolicy.StrictNoSign), Is.False, what);
        }
    }

    [Test]
    public void MessageIds_AreThoseOfTheirPolicies()
    {
        var signed = Sign();
        var unsigned = PubsubMessage.Unsigned("topic", Data);
        byte[] named = [.. _keys.PeerId.Span, 0, 0, 0, 0, 0, 0, 0, 7];
        byte[] keyed = [.. _keys.PublicKey.Protobuf.Span, 0, 0, 0, 0, 0, 0, 0, 7];
        byte[] hashed = [0, 0, 0, 0, 0, 0, 0, 5, .. "topic"u8, .. Data];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(MessageIds.AuthorAndSequence(signed), Is.EqualTo(new MessageId(named)));
            Assert.That(MessageIds.KeyAndSequence(signed), Is.EqualTo(new MessageId(keyed)));
            Assert.That(MessageIds.KeyAndSequence(Change(signed, key: _keys.PublicKey.Protobuf)), Is.EqualTo(new MessageId(keyed)));
            Assert.That(MessageIds.TopicAndContent(unsigned), Is.EqualTo(new MessageId(System.Security.Cryptography.SHA256.HashData(hashed))));
            Assert.That(MessageIds.Content(unsigned), Is.EqualTo(new MessageId(System.Security.Cryptography.SHA256.HashData(Data))));
            Assert.That(MessageIds.TopicAndContent(PubsubMessage.Unsigned("topic2", Data)), Is.Not.EqualTo(MessageIds.TopicAndContent(unsigned)));
        }
    }

    private PubsubMessage Sign() => MessageSigning.Sign(_keys, "topic", Data, 7);

    private static PubsubMessage Change(
        PubsubMessage message, string? topic = null, ReadOnlyMemory<byte>? data = null, ReadOnlyMemory<byte>? from = null,
        ReadOnlyMemory<byte>? sequence = null, ReadOnlyMemory<byte>? signature = null, ReadOnlyMemory<byte>? key = null) =>
        PubsubMessage.Create(
            topic ?? message.Topic, data ?? message.Data, from ?? message.From, sequence ?? message.SequenceNumber,
            signature ?? message.Signature, key ?? message.Key);
}
