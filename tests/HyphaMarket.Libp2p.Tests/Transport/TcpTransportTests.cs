using System.Net;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.Transport;

[TestFixture]
[CancelAfter(10_000)]
public sealed class TcpTransportTests
{
    private readonly TcpTransport _transport = new();

    [TestCase("/ip4/127.0.0.1/tcp/0")]
    [TestCase("/ip6/::1/tcp/0")]
    public async Task Connection_ToAListener_CarriesBytes_AndNamesBothEnds(string address, CancellationToken cancellationToken)
    {
        ITransportListener listener;
        try
        {
            listener = await _transport.ListenAsync(Multiaddr.Parse(address), cancellationToken);
        }
        catch (IOException exception) when (address.StartsWith("/ip6", StringComparison.Ordinal))
        {
            Assert.Ignore($"This machine has no IPv6 loopback: {exception.Message}");
            return;
        }
        await using var closing = listener;
        var dialled = await _transport.DialAsync(listener.GetAddresses().Single(), cancellationToken);
        var accepted = await listener.AcceptAsync(cancellationToken);
        await dialled.Channel.WriteAsync(new byte[] { 1, 2, 3 }, cancellationToken);
        var received = new byte[3];
        await accepted!.Channel.ReadExactlyAsync(received, cancellationToken);
        Assert.That(received, Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That((dialled.RemoteAddress, dialled.LocalAddress), Is.EqualTo((accepted.LocalAddress, accepted.RemoteAddress)));
        Assert.That(IPAddress.IsLoopback(accepted.RemoteIp!), Is.True);
        await dialled.Channel.DisposeAsync();
        await accepted.Channel.DisposeAsync();
    }

    [Test]
    public async Task ClosedListener_AcceptsNull(CancellationToken cancellationToken)
    {
        var listener = await _transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);
        var accept = listener.AcceptAsync(cancellationToken).AsTask();
        await listener.DisposeAsync();
        Assert.That(await accept, Is.Null);
    }

    [Test]
    public async Task PortInUse_IsSaidInWords(CancellationToken cancellationToken)
    {
        await using var listener = await _transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);
        var taken = listener.GetAddresses().Single();
        Assert.That(async () => await _transport.ListenAsync(taken, cancellationToken), Throws.InstanceOf<IOException>().With.Message.Contain("the port is in use"));
    }

    [TestCase("/ip4/127.0.0.1/tcp/1", true)]
    [TestCase("/dns4/example.org/tcp/1", true)]
    [TestCase("/dns/a.memory/tcp/1", false)]
    [TestCase("/ip4/127.0.0.1/tcp/1/ws", false)]
    [TestCase("/ip4/127.0.0.1/udp/1/quic-v1", false)]
    public void CanDial_KnowsItsAddresses(string address, bool expected) =>
        Assert.That(_transport.CanDial(Multiaddr.Parse(address)), Is.EqualTo(expected));

    [Test]
    public async Task Dial_WithReusePort_LeavesFromTheListeningPort(CancellationToken cancellationToken)
    {
        await using var there = await _transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);
        var sharing = new TcpTransport(new TcpOptions { ReusePort = true });
        await using var here = await sharing.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);

        var dialled = await sharing.DialAsync(there.GetAddresses().Single(), cancellationToken);
        await using var near = dialled.Channel;
        var accepted = await there.AcceptAsync(cancellationToken);
        await using var far = accepted!.Channel;

        if (!PortSharing.IsSupported) Assert.Ignore("Sharing a port is Linux's.");
        Assert.That(dialled.LocalAddress, Is.EqualTo(here.GetAddresses().Single()));
        Assert.That(accepted.RemoteAddress, Is.EqualTo(here.GetAddresses().Single()));
    }

    [Test]
    public async Task Dial_WithReusePort_WhileTheSamePairOfPortsIsConnected_LeavesFromAnotherPort(CancellationToken cancellationToken)
    {
        await using var there = await _transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);
        var sharing = new TcpTransport(new TcpOptions { ReusePort = true });
        await using var here = await sharing.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);

        await using var first = (await sharing.DialAsync(there.GetAddresses().Single(), cancellationToken)).Channel;
        var second = await sharing.DialAsync(there.GetAddresses().Single(), cancellationToken);
        await using var channel = second.Channel;

        Assert.That(second.LocalAddress, Is.Not.EqualTo(here.GetAddresses().Single()));
    }

    [Test]
    public async Task Dial_WithReusePort_ToAClosedPort_IsSaidInWords(CancellationToken cancellationToken)
    {
        var closed = await _transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);
        var address = closed.GetAddresses().Single();
        await closed.DisposeAsync();
        var sharing = new TcpTransport(new TcpOptions { ReusePort = true });
        await using var here = await sharing.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);

        Assert.That(async () => await sharing.DialAsync(address, cancellationToken), Throws.InstanceOf<IOException>().With.Message.EqualTo("nobody listens there"));
    }

    [Test]
    public async Task ListeningPort_OfATransportThatSharesIt_IsInUseForAnotherListener(CancellationToken cancellationToken)
    {
        var sharing = new TcpTransport(new TcpOptions { ReusePort = true });
        await using var listener = await sharing.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);

        // Two daemons on one port would each get a part of the other's connections.
        var other = new TcpTransport(new TcpOptions { ReusePort = true });
        Assert.That(
            async () => await other.ListenAsync(listener.GetAddresses().Single(), cancellationToken), Throws.InstanceOf<IOException>().With.Message.Contain("the port is in use"));
    }

    [Test]
    public async Task ClosedListener_IsNoSourceForDials(CancellationToken cancellationToken)
    {
        await using var there = await _transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);
        var sharing = new TcpTransport(new TcpOptions { ReusePort = true });
        var here = await sharing.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);
        await here.DisposeAsync();

        var dialled = await sharing.DialAsync(there.GetAddresses().Single(), cancellationToken);
        await using var channel = dialled.Channel;

        Assert.That(dialled.LocalAddress, Is.Not.EqualTo(here.GetAddresses().Single()));
    }
}
