using System.Buffers.Binary;
using Google.Protobuf;
using HyphaMarket.Libp2p.Crypto;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Security;
using HyphaMarket.Libp2p.Security.Messages;
using HyphaMarket.Libp2p.Security.Noise;
using HyphaMarket.Libp2p.Tests.Identity;
using HyphaMarket.Libp2p.Tests.Streams;

namespace HyphaMarket.Libp2p.Tests.Security.Noise;

[CancelAfter(30_000)]
public sealed class NoiseHandshakerTests
{
    private static readonly string[] s_yamux = ["/yamux/1.0.0"];

    private static async Task<(SecureConnection Initiator, SecureConnection Responder)> Connect(
        Stream a, Stream b, IReadOnlyList<string> initiators, IReadOnlyList<string> responders, CancellationToken cancellationToken)
    {
        var responding = NoiseHandshaker.HandshakeAsync(b, false, TestKeys.Bob, null, responders, cancellationToken);
        var initiator = await NoiseHandshaker.HandshakeAsync(a, true, TestKeys.Alice, TestKeys.Bob.PeerId, initiators, cancellationToken);
        return (initiator, await responding);
    }

    [Test]
    public async Task BothSides_KnowEachOtherAndTalk(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        var (initiator, responder) = await Connect(a, b, s_yamux, s_yamux, cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(initiator.RemotePeer, Is.EqualTo(TestKeys.Bob.PeerId));
            Assert.That(responder.RemotePeer, Is.EqualTo(TestKeys.Alice.PeerId));
            Assert.That(initiator.RemoteKey, Is.EqualTo(TestKeys.Bob.PublicKey));
        });
        var heard = new byte[3];
        await initiator.Channel.WriteAsync(new byte[] { 1, 2, 3 }, cancellationToken);
        await responder.Channel.ReadExactlyAsync(heard, cancellationToken);
        await responder.Channel.WriteAsync(heard, cancellationToken);
        await initiator.Channel.ReadExactlyAsync(heard, cancellationToken);
        Assert.That(heard, Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [TestCase("/y,/m", "/m,/y", "/y", Description = "the initiator's order decides")]
    [TestCase("/m,/y", "/y", "/y")]
    [TestCase("/m", "/y", null, Description = "no overlap is left to multistream-select")]
    [TestCase("", "/y", null)]
    [TestCase("/y", "", null)]
    public async Task Muxer_IsTheFirstOfTheInitiatorsThatBothSpeak(string initiators, string responders, string? expected)
    {
        var (a, b) = DuplexPipe.Create();
        var (initiator, responder) = await Connect(a, b, Split(initiators), Split(responders), CancellationToken.None);
        Assert.That(initiator.NegotiatedMuxer, Is.EqualTo(expected));
        Assert.That(responder.NegotiatedMuxer, Is.EqualTo(expected));

        static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    [Test]
    public async Task ConnectionOfSingleBytes_IsEnough(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        var (initiator, responder) = await Connect(new TrickleStream(a), new TrickleStream(b), s_yamux, s_yamux, cancellationToken);
        var sent = Enumerable.Range(0, 1000).Select(i => (byte)i).ToArray();
        await initiator.Channel.WriteAsync(sent, cancellationToken);
        var heard = new byte[sent.Length];
        await responder.Channel.ReadExactlyAsync(heard, cancellationToken);
        Assert.That(heard, Is.EqualTo(sent));
    }

    [Test]
    public async Task FrameThatComesWithTheLastHandshakeMessage_IsNotLost(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        // The responder's replies pass freely; what the initiator says after them is held back and then given at once.
        var held = new HeldBackStream(b, readableBytes: 34);
        var responding = NoiseHandshaker.HandshakeAsync(held, false, TestKeys.Bob, null, s_yamux, cancellationToken);
        var initiator = await NoiseHandshaker.HandshakeAsync(a, true, TestKeys.Alice, TestKeys.Bob.PeerId, s_yamux, cancellationToken);
        await initiator.Channel.WriteAsync(new byte[] { 42 }, cancellationToken);
        held.Release();
        var responder = await responding;
        var heard = new byte[1];
        await responder.Channel.ReadExactlyAsync(heard, cancellationToken);
        Assert.That(heard[0], Is.EqualTo(42));
    }

    [Test]
    public async Task AnotherPeerThanTheOneDialled_FailsClosed(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        using var stranger = KeyPair.Generate();
        _ = Swallow(NoiseHandshaker.HandshakeAsync(b, false, TestKeys.Bob, null, s_yamux, cancellationToken));
        var failure = await Assert.ThrowsAsync<SecureChannelException>(() => NoiseHandshaker.HandshakeAsync(a, true, TestKeys.Alice, stranger.PeerId, s_yamux, cancellationToken));
        Assert.Multiple(() =>
        {
            Assert.That(failure!.Reason, Is.EqualTo(SecureChannelFailure.WrongPeer));
            Assert.That(failure.Message, Does.Contain(stranger.PeerId.ToString()).And.Contain(TestKeys.Bob.PeerId.ToString()));
        });
        a.Dispose();
    }

    [Test]
    public async Task ResponderThatExpectsSomebody_RefusesAnybodyElse(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        _ = Swallow(NoiseHandshaker.HandshakeAsync(a, true, TestKeys.Alice, null, s_yamux, cancellationToken));
        var failure = await Assert.ThrowsAsync<SecureChannelException>(() => NoiseHandshaker.HandshakeAsync(b, false, TestKeys.Bob, TestKeys.Bob.PeerId, s_yamux, cancellationToken));
        Assert.That(failure!.Reason, Is.EqualTo(SecureChannelFailure.WrongPeer));
    }

    // Each payload is authentic as a Noise message: only the identity inside is wrong.
    [TestCase("stolen key", SecureChannelFailure.BadSignature)]
    [TestCase("signature of another static key", SecureChannelFailure.BadSignature)]
    [TestCase("no signature", SecureChannelFailure.BadSignature)]
    [TestCase("no key", SecureChannelFailure.Malformed)]
    [TestCase("nothing", SecureChannelFailure.Malformed)]
    [TestCase("garbage", SecureChannelFailure.Malformed)]
    [TestCase("a key of small order", SecureChannelFailure.Malformed)]
    [TestCase("damaged RSA key", SecureChannelFailure.UnsupportedKey)]
    public async Task PayloadThatProvesNothing_FailsClosed(string what, SecureChannelFailure expected)
    {
        using var staticKey = X25519PrivateKey.Generate();
        using var otherKey = X25519PrivateKey.Generate();
        var right = TestKeys.Bob.Sign(NoisePayload.SignedBytes(staticKey.PublicKey));
        var payload = what switch
        {
            "stolen key" => Payload(TestKeys.Alice.PublicKey.Protobuf.ToArray(), right),
            "signature of another static key" => Payload(TestKeys.Bob.PublicKey.Protobuf.ToArray(), TestKeys.Bob.Sign(NoisePayload.SignedBytes(otherKey.PublicKey))),
            "no signature" => Payload(TestKeys.Bob.PublicKey.Protobuf.ToArray(), []),
            "no key" => Payload([], right),
            "nothing" => [],
            "garbage" => [0xFF, 0xFF, 0xFF],
            "a key of small order" => Payload([8, 1, 18, 32, 1, .. new byte[31]], right),
            _ => Payload([8, 0, 18, 3, 1, 2, 3], right),
        };
        var (a, b) = DuplexPipe.Create();
        var dialling = NoiseHandshaker.HandshakeAsync(a, true, TestKeys.Alice, null, s_yamux, CancellationToken.None);
        using var ephemeral = X25519PrivateKey.Generate();
        using var responder = new NoiseXxHandshake(false, staticKey, ephemeral);
        await RespondAsync(b, responder, payload);
        var failure = await Assert.ThrowsAsync<SecureChannelException>(() => dialling);
        Assert.That(failure!.Reason, Is.EqualTo(expected));
    }

    [Test]
    public async Task RsaPeer_IsAuthenticated(CancellationToken cancellationToken)
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var spki = rsa.ExportSubjectPublicKeyInfo();
        var key = PublicKey.FromProtobuf(KeyEncoding.Encode(KeyType.Rsa, spki));
        using var staticKey = X25519PrivateKey.Generate();
        var signature = rsa.SignData(NoisePayload.SignedBytes(staticKey.PublicKey), System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        var (a, b) = DuplexPipe.Create();
        var dialling = NoiseHandshaker.HandshakeAsync(a, true, TestKeys.Alice, key.PeerId, s_yamux, cancellationToken);
        using var ephemeral = X25519PrivateKey.Generate();
        using var responder = new NoiseXxHandshake(false, staticKey, ephemeral);
        await RespondAsync(b, responder, Payload(key.Protobuf.ToArray(), signature));
        Assert.That((await dialling).RemotePeer, Is.EqualTo(key.PeerId));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(20)]
    [TestCase(33)]
    public async Task ConnectionThatEndsWithinTheFirstMessage_IsTruncated(int length)
    {
        byte[] message = [0, 32, .. new byte[32]];
        var stream = new ScriptedStream(message.AsMemory(0, length));
        var failure = await Assert.ThrowsAsync<SecureChannelException>(() => NoiseHandshaker.HandshakeAsync(stream, false, TestKeys.Bob, null, s_yamux, CancellationToken.None));
        Assert.That(failure!.Reason, Is.EqualTo(SecureChannelFailure.Truncated));
    }

    [Test]
    public async Task AnnouncedLengthBeyondTheBound_IsRefusedBeforeItIsRead()
    {
        var stream = new ScriptedStream(new byte[] { 0xFF, 0xFF, 1, 2, 3 });
        var failure = await Assert.ThrowsAsync<SecureChannelException>(() => NoiseHandshaker.HandshakeAsync(stream, false, TestKeys.Bob, null, s_yamux, CancellationToken.None));
        Assert.That(failure!.Reason, Is.EqualTo(SecureChannelFailure.Malformed));
        Assert.That(stream.Unread, Is.EqualTo(3));
    }

    [Test]
    public void PeerThatSaysNothing_IsWaitedForNoLongerThanTheDeadline()
    {
        var (a, _) = DuplexPipe.Create();
        using var deadline = new CancellationTokenSource();
        var dialling = NoiseHandshaker.HandshakeAsync(a, true, TestKeys.Alice, null, s_yamux, deadline.Token);
        deadline.Cancel();
        Assert.That(() => dialling, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task OneIdentity_ServesManyHandshakesAtOnce(CancellationToken cancellationToken)
    {
        using var alice = NoiseIdentity.Create(TestKeys.Alice);
        using var bob = NoiseIdentity.Create(TestKeys.Bob);
        var peers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () =>
        {
            var (a, b) = DuplexPipe.Create();
            var responding = NoiseHandshaker.HandshakeAsync(b, false, bob, null, s_yamux, cancellationToken);
            var initiator = await NoiseHandshaker.HandshakeAsync(a, true, alice, TestKeys.Bob.PeerId, s_yamux, cancellationToken);
            return (initiator.RemotePeer, (await responding).RemotePeer);
        }, cancellationToken)));
        Assert.That(peers, Has.All.EqualTo((TestKeys.Bob.PeerId, TestKeys.Alice.PeerId)));
    }

    [Test]
    public void RandomConversation_EndsInARefusalAndNothingElse([Values(20251122)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 300; i++)
        {
            var incoming = new byte[random.Next(0, 400)];
            random.NextBytes(incoming);
            if (incoming.Length > 2 && i % 2 == 0) BinaryPrimitives.WriteUInt16BigEndian(incoming, (ushort)random.Next(0, incoming.Length));
            Assert.That(() => NoiseHandshaker.HandshakeAsync(new ScriptedStream(incoming), i % 3 == 0, TestKeys.Bob, null, s_yamux, CancellationToken.None), Throws.InstanceOf<SecureChannelException>());
        }
    }

    [Test]
    public void MutatedPayload_ProvesTheSameIdentityOrNothing([Values(20251122)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var identity = NoiseIdentity.Create(TestKeys.Bob);
        var good = identity.BuildPayload(s_yamux);
        var staticKey = identity.StaticKey.PublicKey.ToArray();
        Assert.That(NoisePayload.Verify(good, staticKey, TestKeys.Bob.PeerId).Muxers, Is.EqualTo(s_yamux));
        for (var i = 0; i < 2_000; i++)
        {
            var payload = good[..(random.Next(4) == 0 ? random.Next(good.Length) : good.Length)];
            for (var changes = random.Next(1, 4); changes > 0 && payload.Length > 0; changes--) payload[random.Next(payload.Length)] = (byte)random.Next(256);
            try
            {
                // What still verifies can differ in the muxers alone, which the handshake's own encryption protects.
                Assert.That(NoisePayload.Verify(payload, staticKey, null).Key, Is.EqualTo(TestKeys.Bob.PublicKey));
            }
            catch (SecureChannelException)
            {
            }
        }
    }

    private static byte[] Payload(byte[] key, byte[] signature) =>
        new NoiseHandshakePayload { IdentityKey = ByteString.CopyFrom(key), IdentitySig = ByteString.CopyFrom(signature) }.ToByteArray();

    private static async Task RespondAsync(Stream stream, NoiseXxHandshake responder, byte[] payload)
    {
        var first = new byte[34];
        await stream.ReadExactlyAsync(first);
        responder.ReadMessage(first.AsSpan(2), new byte[32]);
        var second = new byte[2 + payload.Length + NoiseXxHandshake.MaxOverhead];
        var length = responder.WriteMessage(payload, second.AsSpan(2));
        BinaryPrimitives.WriteUInt16BigEndian(second, (ushort)length);
        await stream.WriteAsync(second.AsMemory(0, 2 + length));
    }

    // The other side's half of a failed handshake is not what the test looks at, but its outcome must be observed.
    private static async Task Swallow(Task task)
    {
        try
        {
            await task;
        }
        catch (IOException)
        {
        }
        catch (OperationCanceledException)
        {
        }
    }
}
