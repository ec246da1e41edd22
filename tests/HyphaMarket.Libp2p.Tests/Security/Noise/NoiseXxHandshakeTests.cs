using HyphaMarket.Libp2p.Crypto;
using HyphaMarket.Libp2p.Security;
using HyphaMarket.Libp2p.Security.Noise;

namespace HyphaMarket.Libp2p.Tests.Security.Noise;

public sealed class NoiseXxHandshakeTests
{
    private static X25519PrivateKey Key(byte seed) => X25519PrivateKey.FromBytes(Enumerable.Repeat(seed, 32).ToArray());

    private static (NoiseXxHandshake Initiator, NoiseXxHandshake Responder) Pair() =>
        (new NoiseXxHandshake(true, Key(1), Key(2)), new NoiseXxHandshake(false, Key(3), Key(4)));

    private static byte[] Write(NoiseXxHandshake side, ReadOnlySpan<byte> payload = default)
    {
        var output = new byte[payload.Length + NoiseXxHandshake.MaxOverhead];
        return output[..side.WriteMessage(payload, output)];
    }

    private static byte[] Read(NoiseXxHandshake side, ReadOnlySpan<byte> message)
    {
        var payload = new byte[message.Length];
        return payload[..side.ReadMessage(message, payload)];
    }

    [TestCaseSource(typeof(NoiseVector), nameof(NoiseVector.Published))]
    public void PublishedTranscript_IsReproducedByteForByte(object published)
    {
        var vector = (NoiseVector)published;
        var prologue = Convert.FromHexString(vector.Prologue);
        using var initiator = new NoiseXxHandshake(true, FromHex(vector.InitiatorStatic), FromHex(vector.InitiatorEphemeral), prologue);
        using var responder = new NoiseXxHandshake(false, FromHex(vector.ResponderStatic), FromHex(vector.ResponderEphemeral), prologue);
        for (var i = 0; i < 3; i++)
        {
            var (sender, receiver) = i % 2 == 0 ? (initiator, responder) : (responder, initiator);
            var message = Write(sender, Convert.FromHexString(vector.Messages[i].Payload));
            Assert.That(Convert.ToHexStringLower(message), Is.EqualTo(vector.Messages[i].Ciphertext), $"message {i}");
            Assert.That(Convert.ToHexStringLower(Read(receiver, message)), Is.EqualTo(vector.Messages[i].Payload), $"payload {i}");
        }
        if (vector.HandshakeHash is not null) Assert.That(Convert.ToHexStringLower(initiator.HandshakeHash), Is.EqualTo(vector.HandshakeHash));
        Assert.That(initiator.HandshakeHash.ToArray(), Is.EqualTo(responder.HandshakeHash.ToArray()));

        var (initiatorSends, initiatorReceives) = initiator.Split();
        var (responderSends, responderReceives) = responder.Split();
        for (var i = 3; i < vector.Messages.Length; i++)
        {
            var (sender, receiver) = i % 2 == 0 ? (initiatorSends, responderReceives) : (responderSends, initiatorReceives);
            var payload = Convert.FromHexString(vector.Messages[i].Payload);
            var sealedBytes = new byte[payload.Length + NoiseCipher.TagLength];
            sender.Encrypt([], payload, sealedBytes);
            Assert.That(Convert.ToHexStringLower(sealedBytes), Is.EqualTo(vector.Messages[i].Ciphertext), $"message {i}");
            // In place, as the channel does it.
            Assert.That(receiver.TryDecrypt([], sealedBytes, sealedBytes), Is.True, $"message {i}");
            Assert.That(sealedBytes[..payload.Length], Is.EqualTo(payload), $"payload {i}");
        }

        static X25519PrivateKey FromHex(string hex) => X25519PrivateKey.FromBytes(Convert.FromHexString(hex));
    }

    [Test]
    public void StaticKeys_AreKnownAsSoonAsTheyWereReceived()
    {
        var (initiator, responder) = Pair();
        Read(responder, Write(initiator));
        Assert.That(initiator.RemoteStaticKey.IsEmpty, Is.True);
        Read(initiator, Write(responder));
        Assert.Multiple(() =>
        {
            Assert.That(initiator.RemoteStaticKey.ToArray(), Is.EqualTo(Key(3).PublicKey.ToArray()));
            Assert.That(responder.RemoteStaticKey.IsEmpty, Is.True);
            Assert.That(responder.IsComplete, Is.False);
        });
        Read(responder, Write(initiator));
        Assert.Multiple(() =>
        {
            Assert.That(responder.RemoteStaticKey.ToArray(), Is.EqualTo(Key(1).PublicKey.ToArray()));
            Assert.That(initiator.IsComplete && responder.IsComplete, Is.True);
        });
    }

    [Test]
    public void SecondMessage_WithAnyBitFlippedOrAnyByteMissing_FailsClosed()
    {
        var (first, responder) = Pair();
        Read(responder, Write(first));
        var good = Write(responder, [1, 2, 3]);
        for (var i = 0; i < good.Length; i++)
        {
            var flipped = good.ToArray();
            flipped[i] ^= (byte)(1 << (i % 8));
            AssertRefused(flipped, $"bit {i % 8} of byte {i}");
            AssertRefused(good[..i], $"cut to {i}");
        }
        AssertRefused([.. good, 0], "one byte more");

        static void AssertRefused(byte[] message, string what)
        {
            var initiator = new NoiseXxHandshake(true, Key(1), Key(2));
            Write(initiator);
            Assert.That(() => Read(initiator, message), Throws.InstanceOf<SecureChannelException>(), what);
            Assert.That(initiator.IsComplete, Is.False, what);
            Assert.That(() => Write(initiator), Throws.InstanceOf<SecureChannelException>().With.Property("Reason").EqualTo(SecureChannelFailure.Broken), what);
        }
    }

    [Test]
    public void ThirdMessage_WithAnyBitFlippedOrAnyByteMissing_FailsClosed()
    {
        for (var i = 0; i < Third().Message.Length; i++)
        {
            var (responder, message) = Third();
            var flipped = message.ToArray();
            flipped[i] ^= (byte)(1 << (i % 8));
            Assert.That(() => Read(responder, flipped), Throws.InstanceOf<SecureChannelException>(), $"byte {i}");
            Assert.That(() => responder.Split(), Throws.InvalidOperationException);
            (responder, message) = Third();
            Assert.That(() => Read(responder, message[..i]), Throws.InstanceOf<SecureChannelException>(), $"cut to {i}");
        }

        static (NoiseXxHandshake Responder, byte[] Message) Third()
        {
            var (initiator, responder) = Pair();
            Read(responder, Write(initiator));
            Read(initiator, Write(responder));
            return (responder, Write(initiator, [9]));
        }
    }

    // The points of small order on the curve, and two that are the same after reduction: all force a secret of zero.
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("0100000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [TestCase("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [TestCase("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [TestCase("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [TestCase("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void EphemeralKeyOfSmallOrder_IsRefused(string hex)
    {
        var (_, responder) = Pair();
        Read(responder, Convert.FromHexString(hex));
        Assert.That(() => Write(responder), Throws.InstanceOf<SecureChannelException>().With.Property("Reason").EqualTo(SecureChannelFailure.WeakKey));
    }

    [Test]
    public void MessagesOfAnotherHandshake_OrInAnotherPlace_FailClosed()
    {
        // The same two static keys met before, with other ephemeral keys; every message of that time was recorded.
        var recorded = Conversation(Key(5), Key(6));
        var initiator = new NoiseXxHandshake(true, Key(1), Key(2));
        var first = Write(initiator);
        Refuses(initiator, recorded[1], "the answer of an earlier handshake");

        initiator = new NoiseXxHandshake(true, Key(1), Key(2));
        Write(initiator);
        Refuses(initiator, first, "our own first message, reflected");

        foreach (var (message, what) in new[] { (recorded[2], "the proof of an earlier handshake"), (first, "the first message again"), (recorded[1], "an answer in place of a proof") })
        {
            var responder = new NoiseXxHandshake(false, Key(3), Key(4));
            Read(responder, first);
            Write(responder);
            Refuses(responder, message, what);
        }

        static byte[][] Conversation(X25519PrivateKey initiatorsEphemeral, X25519PrivateKey respondersEphemeral)
        {
            var (one, other) = (new NoiseXxHandshake(true, Key(1), initiatorsEphemeral), new NoiseXxHandshake(false, Key(3), respondersEphemeral));
            var first = Write(one);
            Read(other, first);
            var second = Write(other);
            Read(one, second);
            var third = Write(one);
            Read(other, third);
            Assert.That(one.IsComplete && other.IsComplete, Is.True);
            return [first, second, third];
        }

        static void Refuses(NoiseXxHandshake side, byte[] message, string what)
        {
            Assert.That(() => Read(side, message), Throws.InstanceOf<SecureChannelException>(), what);
            Assert.That(side.IsComplete, Is.False, what);
        }
    }

    [Test]
    public void CallsOutOfTurn_AreOurMistake()
    {
        var (initiator, responder) = Pair();
        Assert.Multiple(() =>
        {
            Assert.That(() => Write(responder), Throws.InvalidOperationException);
            Assert.That(() => Read(initiator, new byte[32]), Throws.InvalidOperationException);
            Assert.That(() => initiator.Split(), Throws.InvalidOperationException);
        });
    }

    [Test]
    public void OtherPrologue_FailsClosed()
    {
        var initiator = new NoiseXxHandshake(true, Key(1), Key(2), [1]);
        var responder = new NoiseXxHandshake(false, Key(3), Key(4), [2]);
        Read(responder, Write(initiator));
        var message = Write(responder);
        Assert.That(() => Read(initiator, message), Throws.InstanceOf<SecureChannelException>());
    }

    [Test]
    public void RandomMessages_AreRefusedAndNothingElse([Values(20251122)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 500; i++)
        {
            var message = new byte[random.Next(0, 300)];
            random.NextBytes(message);
            var initiator = new NoiseXxHandshake(true, Key(1), Key(2));
            Write(initiator);
            Assert.That(() => Read(initiator, message), Throws.InstanceOf<SecureChannelException>());
        }
    }
}
