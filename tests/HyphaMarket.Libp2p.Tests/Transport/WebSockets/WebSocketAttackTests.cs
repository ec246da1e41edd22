using System.Text;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Tests.Kademlia.Driver;
using HyphaMarket.Libp2p.Tests.Streams;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.Libp2p.Tests.Transport.WebSockets;

/// <summary>The other end writes its bytes by hand.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class WebSocketAttackTests
{
    private static readonly Multiaddr s_carrier = Multiaddr.Parse("/dns/ws.memory/tcp/1");
    private static readonly Multiaddr s_address = Multiaddr.Parse("/dns/ws.memory/tcp/1/ws");
    private static readonly byte[] s_request = UpgradeHandshake.FormatRequest("ws.memory:1", "dGhlIHNhbXBsZSBub25jZQ==");

    private readonly ManualTime _time = new();
    private readonly MemoryTransport _memory = new();
    private ITransportListener _listener = null!;

    [SetUp]
    public async Task ListenAsync() => _listener = await new WebSocketTransport(new WebSocketTransportOptions { MaxHeadBytes = 1024 }, _memory, _time).ListenAsync(s_address, default);

    [TearDown]
    public async Task CloseAsync() => await _listener.DisposeAsync();

    [Test]
    public async Task Request_AByteAtATime_IsAccepted_IfItComesInTime(CancellationToken cancellationToken)
    {
        var (attacker, accepted) = await ReachAsync(cancellationToken);
        var reading = ReadAsync(accepted, cancellationToken);
        foreach (var value in s_request) await attacker.WriteAsync(new[] { value }, cancellationToken);
        await AnswerAsync(attacker, "HTTP/1.1 101", cancellationToken);
        // A binary message of one byte, masked with zeros.
        await attacker.WriteAsync(new byte[] { 0x82, 0x81, 0, 0, 0, 0, 42 }, cancellationToken);
        Assert.That(await reading, Is.EqualTo(new byte[] { 42 }));
    }

    [Test]
    public async Task SlowRequest_IsCutOffAtTheDeadline(CancellationToken cancellationToken)
    {
        var (attacker, accepted) = await ReachAsync(cancellationToken);
        var reading = ReadAsync(accepted, cancellationToken);
        foreach (var value in s_request.AsSpan(0, 100).ToArray())
        {
            await attacker.WriteAsync(new[] { value }, cancellationToken);
            _time.Advance(TimeSpan.FromMilliseconds(99));
        }
        Assert.That(reading.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.That(async () => await reading, Throws.InstanceOf<IOException>().With.Message.Contains("10 s"));
        Assert.That(await EndedAsync(attacker, cancellationToken), Is.True);
    }

    [Test]
    public async Task OversizedHead_IsRefused_AndTheConnectionClosed(CancellationToken cancellationToken)
    {
        var (attacker, accepted) = await ReachAsync(cancellationToken);
        var reading = ReadAsync(accepted, cancellationToken);
        await attacker.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nCookie: " + new string('a', 2000)), cancellationToken);
        await AnswerAsync(attacker, "HTTP/1.1 431", cancellationToken);
        Assert.That(async () => await reading, Throws.InstanceOf<IOException>().With.Message.Contains("1024 bytes"));
    }

    [TestCase("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 426")]
    [TestCase("POST /admin HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 400")]
    [TestCase("\u0016\u0003\u0001 a TLS hello \r\n\r\n", "HTTP/1.1 400")]
    [TestCase("\r\n\r\n", "HTTP/1.1 400")]
    public async Task OtherTalk_IsRefusedWithAStatus_AndTheConnectionClosed(string talk, string status, CancellationToken cancellationToken)
    {
        var (attacker, accepted) = await ReachAsync(cancellationToken);
        var reading = ReadAsync(accepted, cancellationToken);
        await attacker.WriteAsync(Encoding.Latin1.GetBytes(talk), cancellationToken);
        await AnswerAsync(attacker, status, cancellationToken);
        Assert.That(async () => await reading, Throws.InstanceOf<IOException>());
        Assert.That(await EndedAsync(attacker, cancellationToken), Is.True);
        Assert.That(async () => await accepted.WriteAsync(new byte[1], cancellationToken), Throws.InstanceOf<IOException>(), "a failed connection stays failed");
    }

    [Test]
    public async Task FramesBeforeTheAnswer_AreRefused(CancellationToken cancellationToken)
    {
        var (attacker, accepted) = await ReachAsync(cancellationToken);
        var reading = ReadAsync(accepted, cancellationToken);
        await attacker.WriteAsync(new byte[][] { s_request, [0x82, 0x81, 0, 0, 0, 0, 42] }.SelectMany(part => part).ToArray(), cancellationToken);
        await AnswerAsync(attacker, "HTTP/1.1 400", cancellationToken);
        Assert.That(async () => await reading, Throws.InstanceOf<IOException>());
    }

    [TestCase(new byte[] { 0x81, 0x81, 0, 0, 0, 0, 65 }, "text", TestName = "TextMessage_EndsTheConnection")]
    [TestCase(new byte[] { 0x82, 4, 65, 66, 67, 68 }, "broke", TestName = "UnmaskedFrameOfADialler_EndsTheConnection")]
    [TestCase(new byte[] { 0xC2, 0x81, 0, 0, 0, 0, 65 }, "broke", TestName = "ReservedBit_EndsTheConnection")]
    [TestCase(new byte[] { 0x83, 0x81, 0, 0, 0, 0, 65 }, "broke", TestName = "UnknownOpcode_EndsTheConnection")]
    [TestCase(new byte[] { 0x89, 0xFE, 0, 126, 0, 0, 0, 0 }, "broke", TestName = "OversizedPing_EndsTheConnection")]
    public async Task WrongFrame_EndsTheConnection(byte[] frame, string reason, CancellationToken cancellationToken)
    {
        var (attacker, reading) = await OpenAsync(cancellationToken);
        await attacker.WriteAsync(frame, cancellationToken);
        Assert.That(async () => await reading, Throws.InstanceOf<IOException>().With.Message.Contains(reason));
    }

    [Test]
    public async Task EmptyFrames_WithoutEnd_EndTheConnection(CancellationToken cancellationToken)
    {
        var (attacker, reading) = await OpenAsync(cancellationToken);
        byte[] empty = [0x82, 0x80, 0, 0, 0, 0];
        for (var i = 0; i < 64; i++) await attacker.WriteAsync(empty, cancellationToken);
        Assert.That(async () => await reading, Throws.InstanceOf<IOException>().With.Message.Contains("64 empty frames"));
    }

    [Test]
    public async Task MessageInManyFrames_WithPingsAndEmptyFramesBetween_IsReadAsItsBytes(CancellationToken cancellationToken)
    {
        var (attacker, accepted) = await ReachAsync(cancellationToken);
        var opened = accepted.ReadAsync(Memory<byte>.Empty, cancellationToken).AsTask();
        await attacker.WriteAsync(s_request, cancellationToken);
        await opened;
        await attacker.WriteAsync(new byte[] { 0x02, 0x81, 0, 0, 0, 0, 1, 0x89, 0x80, 0, 0, 0, 0, 0x00, 0x80, 0, 0, 0, 0, 0x80, 0x82, 0, 0, 0, 0, 2, 3 }, cancellationToken);
        var received = new byte[3];
        await accepted.ReadExactlyAsync(received, cancellationToken);
        Assert.That(received, Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public async Task FirstFrameOfAListener_WaitsForTheDialler_AndGoesByItselfWhenTheDiallerWaitsToo(CancellationToken cancellationToken)
    {
        foreach (var diallerSpeaks in new[] { true, false })
        {
            var (attacker, accepted) = await ReachAsync(cancellationToken);
            var opened = accepted.ReadAsync(Memory<byte>.Empty, cancellationToken).AsTask();
            await attacker.WriteAsync(s_request, cancellationToken);
            await AnswerAsync(attacker, "HTTP/1.1 101", cancellationToken);
            await opened;
            var reading = ReadAsync(accepted, cancellationToken);
            var writing = accepted.WriteAsync(new byte[] { 7 }, cancellationToken).AsTask();
            _time.Advance(TimeSpan.FromMilliseconds(2_900));
            Assert.That(writing.IsCompleted, Is.False);
            if (diallerSpeaks) await attacker.WriteAsync(new byte[] { 0x82, 0x81, 0, 0, 0, 0, 42 }, cancellationToken);
            else _time.Advance(TimeSpan.FromMilliseconds(200));
            await writing;
            var frame = new byte[3];
            await attacker.ReadExactlyAsync(frame, cancellationToken);
            Assert.That(frame, Is.EqualTo(new byte[] { 0x82, 1, 7 }));
            if (diallerSpeaks) Assert.That(await reading, Is.EqualTo(new byte[] { 42 }));
            await attacker.DisposeAsync();
        }
    }

    [Test]
    public async Task ConnectionThatEndsWithoutAClose_IsAnError_AndNoEnd(CancellationToken cancellationToken)
    {
        var (attacker, reading) = await OpenAsync(cancellationToken);
        await attacker.DisposeAsync();
        Assert.That(async () => await reading, Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task Answer_AByteAtATime_WithTheFirstFrameBehindIt_LosesNothing(CancellationToken cancellationToken)
    {
        var (dialler, server) = MemoryDuplex.CreatePair();
        var handshaker = new WebSocketHandshaker(new WebSocketTransportOptions(), _time);
        Assert.That(WebSocketAddress.TryParse(s_address, out var address), Is.True);
        var connecting = handshaker.ConnectAsync(new TrickleStream(dialler), address!, cancellationToken);
        var (request, _) = await HttpHeadReader.ReadAsync(server, 1024, cancellationToken);
        await server.WriteAsync(UpgradeHandshake.FormatAcceptance(request.Single("Sec-WebSocket-Key")!), cancellationToken);
        await server.WriteAsync(new byte[] { 0x82, 1, 42 }, cancellationToken);
        using var socket = await connecting;
        var received = new byte[4];
        Assert.That((await socket.ReceiveAsync(received.AsMemory(), cancellationToken)).Count, Is.EqualTo(1));
        Assert.That(received[0], Is.EqualTo(42));
    }

    private async Task<(Stream Attacker, Stream Accepted)> ReachAsync(CancellationToken cancellationToken)
    {
        var attacker = await _memory.DialAsync(s_carrier, cancellationToken);
        return (attacker.Channel, (await _listener.AcceptAsync(cancellationToken))!.Channel);
    }

    /// <summary>A web socket whose listener reads; the attacker has taken the answer.</summary>
    private async Task<(Stream Attacker, Task<byte[]> Reading)> OpenAsync(CancellationToken cancellationToken)
    {
        var (attacker, accepted) = await ReachAsync(cancellationToken);
        var reading = ReadAsync(accepted, cancellationToken);
        await attacker.WriteAsync(s_request, cancellationToken);
        await AnswerAsync(attacker, "HTTP/1.1 101", cancellationToken);
        return (attacker, reading);
    }

    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[16];
        var count = await stream.ReadAsync(buffer, cancellationToken);
        return buffer[..count];
    }

    private static async Task AnswerAsync(Stream attacker, string status, CancellationToken cancellationToken)
    {
        var (head, _) = await HttpHeadReader.ReadAsync(attacker, 1024, cancellationToken);
        Assert.That(head.StartLine, Does.StartWith(status));
    }

    private static async Task<bool> EndedAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(new byte[1], cancellationToken) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
