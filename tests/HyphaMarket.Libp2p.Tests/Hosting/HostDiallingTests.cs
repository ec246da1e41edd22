using System.Diagnostics;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[TestFixture]
[CancelAfter(30_000)]
public sealed class HostDiallingTests
{
    private TestHosts _hosts = null!;

    [SetUp]
    public void SetUp() => _hosts = new TestHosts();

    [TearDown]
    public async Task TearDown() => await _hosts.DisposeAsync();

    [Test]
    public async Task WrongPeerId_FailsAndNamesWhoAnswered(CancellationToken cancellationToken)
    {
        var first = await _hosts.OnLoopbackAsync();
        var second = await _hosts.OnLoopbackAsync();
        var other = KeyPair.Generate().PeerId;
        var failure = await Assert.ThrowsAsync<DialException>(() => first.ConnectAsync(other, second.Addresses, cancellationToken));
        Assert.That(failure!.Message, Does.Contain(second.Addresses[0].ToString()).And.Contain(second.Id.ToString()));
        Assert.That((first.ConnectedPeers.Count, second.IsConnected(first.Id)), Is.EqualTo((0, false)));
    }

    [Test]
    public async Task Self_IsNotDialled(CancellationToken cancellationToken)
    {
        var host = await _hosts.InMemoryAsync();
        Assert.That(async () => await host.ConnectAsync(host.Id, host.Addresses, cancellationToken), Throws.TypeOf<DialException>().With.Message.Contain("itself"));
    }

    [Test]
    public async Task ConnectionWithOurselves_UnderAnotherName_IsNotKept(CancellationToken cancellationToken)
    {
        // Two hosts with one key: a copied data directory.
        using var keys = KeyPair.Generate();
        var first = await _hosts.InMemoryAsync(keys: keys);
        var second = await _hosts.InMemoryAsync(keys: keys);
        Assert.That(async () => await first.ConnectAsync(second.Id, second.Addresses, cancellationToken), Throws.TypeOf<DialException>());
        Assert.That((first.Connections.Count, second.Connections.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task Failure_ListsEveryAddressWithItsReason(CancellationToken cancellationToken)
    {
        var host = await _hosts.OnLoopbackAsync();
        var peer = KeyPair.Generate().PeerId;
        var addresses = new[] { "/ip4/127.0.0.1/tcp/1", $"/ip4/127.0.0.1/tcp/2/p2p/{KeyPair.Generate().PeerId}", "/ip4/127.0.0.1/udp/4/quic-v1" }.Select(Multiaddr.Parse).ToArray();
        var failure = await Assert.ThrowsAsync<DialException>(() => host.ConnectAsync(peer, addresses, cancellationToken));
        Assert.That(
            failure!.Message,
            Does.Contain("/ip4/127.0.0.1/tcp/1: nobody listens there").And.Contain("names another peer").And.Contain("quic-v1: no transport serves such an address"));
        failure = await Assert.ThrowsAsync<DialException>(() => host.ConnectAsync(peer, [addresses[0]], cancellationToken));
        Assert.That(failure!.Message, Does.Contain("left alone for another"), "it is not dialled again at once");
    }

    [Test]
    public async Task UnknownPeer_WithoutAddress_SaysSo(CancellationToken cancellationToken)
    {
        var host = await _hosts.InMemoryAsync();
        Assert.That(async () => await host.OpenStreamAsync(KeyPair.Generate().PeerId, ["/x/1"], cancellationToken), Throws.TypeOf<DialException>().With.Message.Contain("No address"));
    }

    [Test]
    public async Task SilentAddress_IsOvertakenByTheNext(CancellationToken cancellationToken)
    {
        var first = await _hosts.OnLoopbackAsync(new HostOptions { DialStagger = TimeSpan.FromMilliseconds(20) });
        var second = await _hosts.OnLoopbackAsync();
        // It accepts and says nothing, so only the stagger helps.
        var silent = await new TcpTransport().ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);
        var start = Stopwatch.GetTimestamp();
        await first.ConnectAsync(second.Id, [.. silent.GetAddresses(), .. second.Addresses], cancellationToken);
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(new HostOptions().UpgradeTimeout / 2));
        await silent.DisposeAsync();
    }

    [Test]
    public async Task SilentPeer_FailsAtTheUpgradeDeadline(CancellationToken cancellationToken)
    {
        var host = await _hosts.OnLoopbackAsync(new HostOptions { UpgradeTimeout = TimeSpan.FromMilliseconds(100) });
        await using var silent = await new TcpTransport().ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), cancellationToken);
        var failure = await Assert.ThrowsAsync<DialException>(() => host.ConnectAsync(KeyPair.Generate().PeerId, silent.GetAddresses(), cancellationToken));
        Assert.That(failure!.Message, Does.Contain("the handshake was not finished within 0.1 s"));
    }

    [Test]
    public async Task ConcurrentConnects_ShareOneDial(CancellationToken cancellationToken)
    {
        var first = await _hosts.OnLoopbackAsync();
        var second = await _hosts.OnLoopbackAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => first.ConnectAsync(second.Id, second.Addresses, cancellationToken)));
        Assert.That(first.Connections, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task OneCallersCancellation_DoesNotEndTheDialOfAnother(CancellationToken cancellationToken)
    {
        var first = await _hosts.OnLoopbackAsync();
        var second = await _hosts.OnLoopbackAsync();
        using var impatient = new CancellationTokenSource();
        var cancelled = first.ConnectAsync(second.Id, second.Addresses, impatient.Token);
        var patient = first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        await impatient.CancelAsync();
        await patient;
        Assert.That(first.IsConnected(second.Id), Is.True);
        await Task.WhenAny(cancelled);
        Assert.That(cancelled.IsFaulted, Is.False, "it was cancelled, or the dial was faster");
    }

    [Test]
    public async Task SimultaneousDials_BreakNoStream_AndLeaveOneConnection(CancellationToken cancellationToken)
    {
        var options = new HostOptions { DuplicateGrace = TimeSpan.FromMilliseconds(100), MaintenanceInterval = TimeSpan.FromMilliseconds(20) };
        for (var round = 0; round < 5; round++)
        {
            var first = await _hosts.InMemoryAsync(options);
            var second = await _hosts.InMemoryAsync(options);
            first.Handle("/test/echo/1", HostTests.EchoAsync);
            second.Handle("/test/echo/1", HostTests.EchoAsync);
            await Task.WhenAll(first.ConnectAsync(second.Id, second.Addresses, cancellationToken), second.ConnectAsync(first.Id, first.Addresses, cancellationToken));
            for (var i = 0; i < 20; i++)
            {
                await Task.WhenAll(HostTests.EchoOnceAsync(first, second.Id, 5_000, cancellationToken), HostTests.EchoOnceAsync(second, first.Id, 5_000, cancellationToken));
            }
            while (first.Connections.Count > 1 || second.Connections.Count > 1) await Task.Delay(10, cancellationToken);
            Assert.That((first.IsConnected(second.Id), second.IsConnected(first.Id)), Is.EqualTo((true, true)));
        }
    }

    [Test]
    public async Task DnsAddress_IsResolved(CancellationToken cancellationToken)
    {
        var first = await _hosts.OnLoopbackAsync();
        var second = await _hosts.OnLoopbackAsync();
        second.Addresses[0].TryGetTcpEndPoint(out var endPoint);
        await first.ConnectAsync(second.Id, [Multiaddr.Parse($"/dns4/localhost/tcp/{endPoint!.Port}/p2p/{second.Id}")], cancellationToken);
        Assert.That(await PingProtocol.PingAsync(first, second.Id, TimeSpan.FromSeconds(5), cancellationToken), Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task ClosedHost_RefusesToDial(CancellationToken cancellationToken)
    {
        var first = await _hosts.InMemoryAsync();
        var second = await _hosts.InMemoryAsync();
        await first.DisposeAsync();
        Assert.That(async () => await first.ConnectAsync(second.Id, second.Addresses, cancellationToken), Throws.TypeOf<ObjectDisposedException>());
    }
}
