using System.Net;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.Libp2p.Tests.Transport.WebSockets;

/// <summary>Both ends are ours, over real sockets on loopback.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class WebSocketTransportTests
{
    private static readonly WebSocketTransportOptions s_patient = new() { HandshakeTimeout = TimeSpan.FromSeconds(60) };

    [TestCase("/ip4/127.0.0.1/tcp/0/ws")]
    [TestCase("/ip6/::1/tcp/0/ws")]
    public async Task Connection_ToAListener_CarriesBytesBothWays_AndNamesBothEnds(string address, CancellationToken cancellationToken)
    {
        var transport = new WebSocketTransport(s_patient);
        ITransportListener listener;
        try
        {
            listener = await transport.ListenAsync(Multiaddr.Parse(address), cancellationToken);
        }
        catch (IOException exception) when (address.StartsWith("/ip6", StringComparison.Ordinal))
        {
            Assert.Ignore($"This machine has no IPv6 loopback: {exception.Message}");
            return;
        }
        await using var closing = listener;
        var (near, far) = await ConnectAsync(transport, listener, cancellationToken);
        await CarriesAsync(near.Channel, far.Channel, cancellationToken);
        await CarriesAsync(far.Channel, near.Channel, cancellationToken);
        Assert.That((near.RemoteAddress, near.LocalAddress), Is.EqualTo((far.LocalAddress, far.RemoteAddress)));
        Assert.That(near.RemoteAddress.ToString(), Does.EndWith("/ws"));
        Assert.That(IPAddress.IsLoopback(far.RemoteIp!), Is.True);
        await near.Channel.DisposeAsync();
        await far.Channel.DisposeAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Disposal_OfOneEnd_IsTheEndForTheOther(bool diallerEnds, CancellationToken cancellationToken)
    {
        var transport = new WebSocketTransport(s_patient);
        await using var listener = await transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/ws"), cancellationToken);
        var (near, far) = await ConnectAsync(transport, listener, cancellationToken);
        var (ending, reading) = diallerEnds ? (near, far) : (far, near);
        await ending.Channel.WriteAsync(new byte[] { 7 }, cancellationToken);
        await ending.Channel.DisposeAsync();
        var buffer = new byte[8];
        Assert.That(await reading.Channel.ReadAsync(buffer, cancellationToken), Is.EqualTo(1));
        Assert.That(await reading.Channel.ReadAsync(buffer, cancellationToken), Is.Zero);
        await reading.Channel.DisposeAsync();
    }

    [Test]
    public async Task TwoMebibytes_InPiecesOfManySizes_ComeOutWhole_ReadInPiecesOfOtherSizes(CancellationToken cancellationToken)
    {
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var sent = new byte[2 << 20];
        random.NextBytes(sent);
        var transport = new WebSocketTransport(s_patient);
        await using var listener = await transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/ws"), cancellationToken);
        var (near, far) = await ConnectAsync(transport, listener, cancellationToken);
        var writing = Task.Run(async () =>
        {
            // 125, 126 and 65,536 are where the length of a frame takes another form.
            int[] sizes = [1, 125, 126, 65_535, 65_536, 200_000];
            for (int at = 0, turn = 0; at < sent.Length; turn++)
            {
                var size = Math.Min(sizes[turn % sizes.Length], sent.Length - at);
                await near.Channel.WriteAsync(sent.AsMemory(at, size), cancellationToken);
                at += size;
            }
            await near.Channel.DisposeAsync();
        }, cancellationToken);
        var received = new MemoryStream();
        var buffer = new byte[100_000];
        int count;
        while ((count = await far.Channel.ReadAsync(buffer.AsMemory(0, random.Next(1, buffer.Length)), cancellationToken)) > 0) received.Write(buffer, 0, count);
        await writing;
        Assert.That(received.ToArray().AsSpan().SequenceEqual(sent), Is.True);
        await far.Channel.DisposeAsync();
    }

    [Test]
    public async Task PlainTcp_AnsweringADial_IsAnErrorInWords(CancellationToken cancellationToken)
    {
        var tcp = new TcpTransport();
        await using var listener = await tcp.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);
        var dialling = new WebSocketTransport(s_patient).DialAsync(Multiaddr.Parse(listener.GetAddresses()[0] + "/ws"), cancellationToken).AsTask();
        var accepted = await listener.AcceptAsync(cancellationToken);
        await accepted!.Channel.WriteAsync("\x13/multistream/1.0.0\n\r\n\r\n"u8.ToArray(), cancellationToken);
        Assert.That(async () => await dialling, Throws.InstanceOf<IOException>().With.Message.Contains("malformed"));
        await accepted.Channel.DisposeAsync();
    }

    [Test]
    public void SecureListener_WithoutACertificate_IsRefused() =>
        Assert.That(
            async () => await new WebSocketTransport().ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/tls/ws"), default), Throws.TypeOf<IOException>().With.Message.Contains("certificate"));

    [TestCase("/ip4/127.0.0.1/tcp/1/ws", true)]
    [TestCase("/dns4/example.org/tcp/1/tls/ws", true)]
    [TestCase("/dns4/example.org/tcp/1/wss", true)]
    [TestCase("/dns/a.memory/tcp/1/ws", false)]
    [TestCase("/ip4/127.0.0.1/tcp/1", false)]
    public void CanDial_KnowsItsAddresses(string address, bool expected) => Assert.That(new WebSocketTransport().CanDial(Multiaddr.Parse(address)), Is.EqualTo(expected));

    internal static async Task<(TransportConnection Near, TransportConnection Far)> ConnectAsync(ITransport transport, ITransportListener listener, CancellationToken cancellationToken)
    {
        var dialling = transport.DialAsync(listener.GetAddresses()[0], cancellationToken).AsTask();
        var far = (await listener.AcceptAsync(cancellationToken))!;
        // The handshake of an inbound connection is made by its first read; an empty one does, too.
        var opened = far.Channel.ReadAsync(Memory<byte>.Empty, cancellationToken).AsTask();
        await Task.WhenAll(dialling, opened);
        return (await dialling, far);
    }

    private static async Task CarriesAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        await from.WriteAsync(new byte[] { 1, 2, 3 }, cancellationToken);
        var received = new byte[3];
        await to.ReadExactlyAsync(received, cancellationToken);
        Assert.That(received, Is.EqualTo(new byte[] { 1, 2, 3 }));
    }
}
