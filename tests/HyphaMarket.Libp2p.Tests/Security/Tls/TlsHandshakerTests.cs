using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Security;
using HyphaMarket.Libp2p.Security.Tls;
using HyphaMarket.Libp2p.Tests.Identity;
using HyphaMarket.Libp2p.Tests.Streams;

namespace HyphaMarket.Libp2p.Tests.Security.Tls;

[CancelAfter(60_000)]
public sealed class TlsHandshakerTests
{
    private static readonly string[] s_yamux = ["/yamux/1.0.0"];

    private TlsIdentity _alice = null!;
    private TlsIdentity _bob = null!;

    [OneTimeSetUp]
    public void MakeIdentities()
    {
        _alice = TlsIdentity.Create(TestKeys.Alice);
        _bob = TlsIdentity.Create(TestKeys.Bob);
    }

    [OneTimeTearDown]
    public void DisposeIdentities()
    {
        _alice.Dispose();
        _bob.Dispose();
    }

    [Test]
    public async Task BothSides_KnowEachOtherAndTalk(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        var (initiator, responder) = await ConnectAsync(a, b, s_yamux, s_yamux, cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(initiator.RemotePeer, Is.EqualTo(TestKeys.Bob.PeerId));
            Assert.That(responder.RemotePeer, Is.EqualTo(TestKeys.Alice.PeerId));
            Assert.That(initiator.RemoteKey, Is.EqualTo(TestKeys.Bob.PublicKey));
        });
        await AssertCarriesAsync(initiator.Channel, responder.Channel, 3, cancellationToken);
        await AssertCarriesAsync(responder.Channel, initiator.Channel, 200_000, cancellationToken);
    }

    [TestCase("/y", "/y", "/y")]
    [TestCase("/m", "/y", null, Description = "no overlap is left to multistream-select")]
    [TestCase("", "/y", null)]
    [TestCase("/y", "", null)]
    public async Task Muxer_IsOneThatBothSpeak(string initiators, string responders, string? expected)
    {
        var (a, b) = DuplexPipe.Create();
        var (initiator, responder) = await ConnectAsync(a, b, Split(initiators), Split(responders), CancellationToken.None);
        Assert.That(initiator.NegotiatedMuxer, Is.EqualTo(expected));
        Assert.That(responder.NegotiatedMuxer, Is.EqualTo(expected));

        static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    [Test]
    public async Task ConnectionOfSingleBytes_IsEnough(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        var (initiator, responder) = await ConnectAsync(new TrickleStream(a), new TrickleStream(b), s_yamux, s_yamux, cancellationToken);
        await AssertCarriesAsync(initiator.Channel, responder.Channel, 40_000, cancellationToken);
        await AssertCarriesAsync(responder.Channel, initiator.Channel, 40_000, cancellationToken);
    }

    [Test]
    public async Task AnotherPeerThanTheOneDialled_FailsClosed(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        using var stranger = KeyPair.Generate();
        var responding = OutcomeAsync(TlsHandshaker.HandshakeAsync(b, false, _bob, null, s_yamux, cancellationToken));
        var failure = await Assert.ThrowsAsync<SecureChannelException>(() => TlsHandshaker.HandshakeAsync(a, true, _alice, stranger.PeerId, s_yamux, cancellationToken));
        Assert.That(failure!.Reason, Is.EqualTo(SecureChannelFailure.WrongPeer));
        Assert.That(failure.Message, Does.Contain(stranger.PeerId.ToString()).And.Contain(TestKeys.Bob.PeerId.ToString()));
        // The dialler's certificate may be out before the platform asks about the listener's; not a byte may follow it.
        Assert.That(await responding, Is.Null.Or.InstanceOf<IOException>());
        Assert.That(async () => await a.ReadAsync(new byte[1], cancellationToken), Throws.Exception, "the dialler closed its connection");
    }

    [TestCase("stolen identity", SecureChannelFailure.BadSignature)]
    [TestCase("signature of another key", SecureChannelFailure.BadSignature)]
    [TestCase("signed by another key", SecureChannelFailure.BadSignature)]
    [TestCase("no extension", SecureChannelFailure.Malformed)]
    public async Task CertificateThatProvesNothing_IsRefusedByEitherSide(string flaw, SecureChannelFailure expected)
    {
        using var forged = new TlsIdentity(TestCertificates.Make(flaw), TimeProvider.System);
        Assert.That((await FailureAsync(forged, attackerDials: true)).Reason, Is.EqualTo(expected));
        Assert.That((await FailureAsync(forged, attackerDials: false)).Reason, Is.EqualTo(expected));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task TwoCertificates_AreRefused(bool attackerDials)
    {
        var (leaf, authority) = TestCertificates.MakeChain();
        using var forged = new TlsIdentity(leaf, TimeProvider.System, authority);
        Assert.That(forged.Context.IntermediateCertificates, Is.Not.Empty, "the attacker sends a chain");
        Assert.That((await FailureAsync(forged, attackerDials)).Message, Does.Contain("more than one certificate"));
    }

    [Test]
    public async Task ClientWithoutACertificate_IsRefused(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        using var client = new SslStream(a);
        var responding = OutcomeAsync(TlsHandshaker.HandshakeAsync(b, false, _bob, null, s_yamux, cancellationToken));
        _ = OutcomeAsync(client.AuthenticateAsClientAsync(Careless(SslProtocols.Tls13), cancellationToken));
        Assert.That(await responding, Is.TypeOf<SecureChannelException>().With.Message.Contains("no certificate"));
    }

    [Test]
    public async Task Tls12_IsRefused(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        using var client = new SslStream(a);
        var responding = OutcomeAsync(TlsHandshaker.HandshakeAsync(b, false, _bob, null, s_yamux, cancellationToken));
        var options = Careless(SslProtocols.Tls12);
        options.ClientCertificateContext = _alice.Context;
        var dialling = OutcomeAsync(client.AuthenticateAsClientAsync(options, cancellationToken));
        Assert.That(await responding, Is.TypeOf<SecureChannelException>());
        Assert.That(await dialling, Is.Not.Null);
    }

    [TestCase("as sent", true)]
    [TestCase("replayed", false)]
    [TestCase("reordered", false)]
    [TestCase("one missing", false)]
    [TestCase("one bit flipped", false)]
    [TestCase("reflected", false)]
    [TestCase("cut within a record", false)]
    public async Task Records_ReachTheReaderAsTheyWereSent_OrNotAtAll(string how, bool arrives)
    {
        var (a, b) = DuplexPipe.Create();
        var wire = new InterceptedStream(a);
        var (initiator, responder) = await ConnectAsync(wire, b, s_yamux, s_yamux, CancellationToken.None);
        wire.Held = [];
        foreach (var value in new byte[] { 1, 2, 3 }) await initiator.Channel.WriteAsync(new byte[] { value, value });
        var records = wire.Held;
        Assert.That(records, Has.Count.EqualTo(3));
        byte[][] sent = how switch
        {
            "as sent" => [.. records],
            "replayed" => [records[0], records[0]],
            "reordered" => [records[1], records[0], records[2]],
            "one missing" => [records[0], records[2]],
            "one bit flipped" => [records[0], [.. records[1][..^1], (byte)(records[1][^1] ^ 1)]],
            "reflected" => [records[0]],
            _ => [records[0], records[1][..^1]],
        };
        // A record of ours that comes back to us was sealed with the other direction's key.
        var (to, reader) = how == "reflected" ? ((Stream)b, initiator.Channel) : (a, responder.Channel);
        foreach (var record in sent) await to.WriteAsync(record);
        (how == "reflected" ? b : a).CloseWrite();

        var heard = new List<byte>();
        var buffer = new byte[16];
        Exception? failure = null;
        try
        {
            while (await reader.ReadAsync(buffer) is > 0 and var count) heard.AddRange(buffer.AsSpan(0, count));
        }
        catch (IOException exception)
        {
            failure = exception;
        }
        Assert.Multiple(() =>
        {
            Assert.That(failure is null, Is.EqualTo(arrives));
            Assert.That(new byte[] { 1, 1, 2, 2, 3, 3 }.AsSpan().StartsWith(heard.ToArray()), Is.True, "nothing but a beginning of what was sent is heard");
            if (arrives) Assert.That(heard, Has.Count.EqualTo(6));
        });
    }

    [Test]
    public async Task ConnectionThatEndsWithinTheHandshake_IsTruncated([Values(0, 1, 4, 5, 6, 100)] int length)
    {
        var hello = await ClientHelloAsync();
        var stream = new ScriptedStream(hello.AsMemory(0, length));
        var failure = await Assert.ThrowsAsync<SecureChannelException>(() => TlsHandshaker.HandshakeAsync(stream, false, _bob, null, s_yamux, CancellationToken.None));
        Assert.That(failure!.Reason, Is.EqualTo(SecureChannelFailure.Truncated));
        Assert.That(stream.IsDisposed, Is.True, "the raw connection is closed");
    }

    [Test]
    public void PeerThatSaysNothing_IsWaitedForNoLongerThanTheDeadline()
    {
        var (a, _) = DuplexPipe.Create();
        using var deadline = new CancellationTokenSource();
        var dialling = TlsHandshaker.HandshakeAsync(a, true, _alice, null, s_yamux, deadline.Token);
        deadline.Cancel();
        Assert.That(() => dialling, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task RandomConversation_EndsInARefusalAndNothingElse([Values(20251122)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var hello = await ClientHelloAsync();
        for (var i = 0; i < 200; i++)
        {
            var incoming = i % 2 == 0 ? new byte[random.Next(0, 400)] : [.. hello];
            if (i % 2 == 0) random.NextBytes(incoming);
            else incoming[random.Next(incoming.Length)] ^= (byte)random.Next(1, 256);
            Assert.That(
                () => TlsHandshaker.HandshakeAsync(new ScriptedStream(incoming), i % 3 == 0, _bob, null, s_yamux, CancellationToken.None),
                Throws.InstanceOf<SecureChannelException>(), () => Convert.ToHexString(incoming));
        }
    }

    [Test]
    public async Task OneIdentity_ServesManyHandshakesAtOnce(CancellationToken cancellationToken)
    {
        var peers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            var (a, b) = DuplexPipe.Create();
            var (initiator, responder) = await ConnectAsync(a, b, s_yamux, s_yamux, cancellationToken);
            return (initiator.RemotePeer, responder.RemotePeer);
        }, cancellationToken)));
        Assert.That(peers, Has.All.EqualTo((TestKeys.Bob.PeerId, TestKeys.Alice.PeerId)));
    }

    private async Task<(SecureConnection Initiator, SecureConnection Responder)> ConnectAsync(
        Stream a, Stream b, IReadOnlyList<string> initiators, IReadOnlyList<string> responders, CancellationToken cancellationToken)
    {
        var responding = TlsHandshaker.HandshakeAsync(b, false, _bob, null, responders, cancellationToken);
        var initiator = await TlsHandshaker.HandshakeAsync(a, true, _alice, TestKeys.Bob.PeerId, initiators, cancellationToken);
        return (initiator, await responding);
    }

    /// <summary>How an honest Alice refuses a forged identity.</summary>
    private async Task<SecureChannelException> FailureAsync(TlsIdentity forged, bool attackerDials)
    {
        var (a, b) = DuplexPipe.Create();
        var honest = TlsHandshaker.HandshakeAsync(a, !attackerDials, _alice, null, s_yamux, CancellationToken.None);
        _ = OutcomeAsync(TlsHandshaker.HandshakeAsync(b, attackerDials, forged, null, s_yamux, CancellationToken.None));
        return (await Assert.ThrowsAsync<SecureChannelException>(() => honest))!;
    }

    // A client that speaks the bytes of an honest one, until it needs an answer.
    private async Task<byte[]> ClientHelloAsync()
    {
        var recorded = new ScriptedStream(ReadOnlyMemory<byte>.Empty);
        await OutcomeAsync(TlsHandshaker.HandshakeAsync(recorded, true, _alice, null, s_yamux, CancellationToken.None));
        return recorded.Written.ToArray();
    }

    private static SslClientAuthenticationOptions Careless(SslProtocols protocols) => new()
    {
        TargetHost = "",
        EnabledSslProtocols = protocols,
        ApplicationProtocols = [new SslApplicationProtocol("libp2p")],
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2,
    };

    private static async Task AssertCarriesAsync(Stream from, Stream to, int size, CancellationToken cancellationToken)
    {
        var sent = new byte[size];
        new Random(size).NextBytes(sent);
        var heard = new byte[size];
        var reading = to.ReadExactlyAsync(heard, cancellationToken);
        await from.WriteAsync(sent, cancellationToken);
        await reading;
        Assert.That(heard.AsSpan().SequenceEqual(sent), Is.True);
    }

    /// <summary>What a task threw, or null. The other side of a failed handshake has an outcome too, and it must be observed.</summary>
    private static async Task<Exception?> OutcomeAsync(Task task)
    {
        await Task.WhenAny(task);
        return task.Exception?.InnerException;
    }
}
