using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.Tests.Kademlia.Driver;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[TestFixture]
[CancelAfter(30_000)]
public sealed class LimitedConnectionTests
{
    private const string Echo = "/test/echo/1";
    private static readonly ConnectionLimits s_limits = new(TimeSpan.FromMinutes(2), 128 * 1024);
    private static readonly StreamOptions s_any = new() { AllowLimited = true };

    private TestHosts _hosts = null!;
    private RelayedMemoryTransport _relay = null!;

    [SetUp]
    public void SetUp()
    {
        _hosts = new TestHosts();
        _relay = new RelayedMemoryTransport(_hosts.Memory, s_limits);
    }

    [TearDown]
    public async Task TearDown() => await _hosts.DisposeAsync();

    [Test]
    public async Task LimitedConnection_IsSeenAndIdentified_ButNeverConnectsThePeer(CancellationToken cancellationToken)
    {
        var (first, second) = await TwoAsync();
        var told = new List<string>();
        var closed = new TaskCompletionSource();
        foreach (var host in new[] { first, second })
        {
            host.PeerConnected += _ => told.Add("connected");
            host.PeerDisconnected += _ => told.Add("disconnected");
            host.PeerIdentified += _ => told.Add("identified");
        }
        var opened = new TaskCompletionSource<ConnectionInfo>();
        second.ConnectionOpened += info => opened.TrySetResult(info);
        first.ConnectionClosed += _ => closed.TrySetResult();
        var identified = ConnectionIdentified(first, second);

        await first.ConnectAsync(second.Id, [RelayedMemoryTransport.Address("second")], cancellationToken);
        var known = await identified.WaitAsync(cancellationToken);
        var seen = await opened.Task.WaitAsync(cancellationToken);

        Assert.That((known.IsLimited, seen.IsLimited, seen.Peer, seen.Direction), Is.EqualTo((true, true, first.Id, ConnectionDirection.Inbound)));
        Assert.That((first.IsConnected(second.Id), first.ConnectedPeers.Count, first.Connections.Single().Id), Is.EqualTo((false, 0, known.Id)));
        Assert.That(first.PeerStore.GetProtocols(second.Id), Does.Contain(PingProtocol.Id));
        await first.DisconnectAsync(second.Id);
        await closed.Task.WaitAsync(cancellationToken);
        Assert.That(told, Is.Empty);
    }

    [Test]
    public async Task Dial_OfARelayedAddress_NamesThePeer(CancellationToken cancellationToken)
    {
        var (first, second) = await TwoAsync();
        await first.ConnectAsync(second.Id, [RelayedMemoryTransport.Address("second")], cancellationToken);
        Assert.That(_relay.Dialled.Single(), Is.EqualTo(RelayedMemoryTransport.Address("second").WithPeer(second.Id)));
    }

    [Test]
    public async Task Stream_OpensOnALimitedConnection_OnlyWhereItMay(CancellationToken cancellationToken)
    {
        var (first, second) = await TwoAsync(TimeSpan.FromMilliseconds(1));
        await first.ConnectAsync(second.Id, [RelayedMemoryTransport.Address("second")], cancellationToken);
        // All that is known of the peer is its relayed address, and a direct connection is not dialled over it.
        Assert.That(async () => await first.OpenStreamAsync(second.Id, [PingProtocol.Id], cancellationToken), Throws.TypeOf<DialException>());
        var id = first.Connections.Single().Id;
        Assert.That(
            async () => await first.OpenStreamAsync(second.Id, [PingProtocol.Id], new StreamOptions { ConnectionId = id }, cancellationToken), Throws.TypeOf<DialException>());
        await using var stream = await first.OpenStreamAsync(second.Id, [PingProtocol.Id], s_any, cancellationToken);
        Assert.That((stream.Connection.IsLimited, stream.Connection.Id, stream.Connection.Direction), Is.EqualTo((true, id, ConnectionDirection.Outbound)));
    }

    [Test]
    public async Task Handler_ServesLimitedConnections_OnlyWhereItSaysSo(CancellationToken cancellationToken)
    {
        var (first, second) = await TwoAsync();
        second.Handle(Echo, HostTests.EchoAsync);
        second.Handle("/test/echo/any", HostTests.EchoAsync, new StreamLimits(8, 8) { AllowLimited = true });
        await first.ConnectAsync(second.Id, [RelayedMemoryTransport.Address("second")], cancellationToken);
        Assert.That(async () => await OnceAsync(first, second, Echo, cancellationToken), Throws.TypeOf<StreamResetException>());
        Assert.That(await OnceAsync(first, second, "/test/echo/any", cancellationToken), Is.EqualTo(7));
        Assert.That(await PingProtocol.PingAsync(first, second.Id, TimeSpan.FromSeconds(20), cancellationToken), Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task ForceDirect_DialsPastALimitedConnection_AndStreamsPreferTheDirectOne(CancellationToken cancellationToken)
    {
        var (first, second) = await TwoAsync();
        second.Handle("/test/echo/any", HostTests.EchoAsync, new StreamLimits(8, 8) { AllowLimited = true });
        await first.ConnectAsync(second.Id, [RelayedMemoryTransport.Address("second")], cancellationToken);
        var limited = first.Connections.Single();
        var connected = new TaskCompletionSource();
        first.PeerConnected += _ => connected.TrySetResult();

        Assert.That(
            async () => await first.ConnectAsync(second.Id, [RelayedMemoryTransport.Address("second")], new DialOptions { ForceDirect = true }, cancellationToken),
            Throws.TypeOf<DialException>().With.Message.Contains("relay"));
        await second.ListenAsync(Multiaddr.Parse("/dns/direct.memory/tcp/1"), cancellationToken);
        await first.ConnectAsync(second.Id, second.ListenAddresses, cancellationToken);
        Assert.That(first.Connections, Has.Count.EqualTo(1), "without ForceDirect any connection will do");
        await first.ConnectAsync(second.Id, second.ListenAddresses, new DialOptions { ForceDirect = true }, cancellationToken);
        await connected.Task.WaitAsync(cancellationToken);

        Assert.That((first.IsConnected(second.Id), first.Connections.Count), Is.EqualTo((true, 2)));
        await using var preferred = await first.OpenStreamAsync(second.Id, ["/test/echo/any"], s_any, cancellationToken);
        Assert.That(preferred.Connection.IsLimited, Is.False);
        await using var named = await first.OpenStreamAsync(second.Id, ["/test/echo/any"], new StreamOptions { AllowLimited = true, ConnectionId = limited.Id }, cancellationToken);
        Assert.That(named.Connection.Id, Is.EqualTo(limited.Id));
    }

    [Test]
    public async Task Stream_ToAPeerBehindARelay_WaitsForTheDirectConnectionThatFollows(CancellationToken cancellationToken)
    {
        var (first, second) = await TwoAsync();
        second.Handle(Echo, HostTests.EchoAsync);
        first.PeerStore.AddAddresses(second.Id, [RelayedMemoryTransport.Address("second")], TimeSpan.FromHours(1));
        var relayed = new TaskCompletionSource();
        second.ConnectionOpened += info =>
        {
            if (info.IsLimited) relayed.TrySetResult();
        };
        var opening = first.OpenStreamAsync(second.Id, [Echo], cancellationToken);
        await relayed.Task.WaitAsync(cancellationToken);
        Assert.That(opening.IsCompleted, Is.False);
        // As a hole punch would have it, the other side comes to us.
        await second.ConnectAsync(first.Id, first.ListenAddresses, new DialOptions { ForceDirect = true }, cancellationToken);
        await using var stream = await opening;
        Assert.That((stream.Connection.IsLimited, stream.Connection.Direction), Is.EqualTo((false, ConnectionDirection.Inbound)));
    }

    [Test]
    public async Task LimitedConnection_PastItsDuration_IsClosed(CancellationToken cancellationToken)
    {
        var time = new ManualTime();
        var options = new HostOptions { Yamux = new YamuxOptions { KeepAliveInterval = TimeSpan.FromDays(1) } };
        var first = await _hosts.InMemoryAsync(options);
        var second = await _hosts.InMemoryAsync(options, time);
        var closed = new TaskCompletionSource();
        second.ConnectionClosed += _ => closed.TrySetResult();
        var (near, far) = MemoryDuplex.CreatePair();
        first.AddTransport(new OneConnectionTransport(near));
        var accepting = second.AcceptAsync(new TransportConnection(far, null, RelayedMemoryTransport.Address("first"), null) { Limits = s_limits }, cancellationToken);
        await first.ConnectAsync(second.Id, [OneConnectionTransport.Address], cancellationToken);
        await accepting;
        time.Advance(s_limits.Duration!.Value - TimeSpan.FromSeconds(1));
        Assert.That(second.Connections, Has.Count.EqualTo(1));
        // The timer may not be armed yet; once it is, it is due.
        while (!closed.Task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
        }
        Assert.That(time.GetElapsedTime(0), Is.GreaterThanOrEqualTo(s_limits.Duration!.Value));
        Assert.That(second.Connections, Is.Empty);
    }

    private async Task<(Host First, Host Second)> TwoAsync(TimeSpan? patience = null)
    {
        var first = await _hosts.InMemoryAsync(new HostOptions { DirectUpgradeTimeout = patience ?? TimeSpan.FromSeconds(20) });
        var second = await _hosts.InMemoryAsync();
        first.AddTransport(_relay);
        second.AddTransport(_relay);
        // Identify tells all addresses, so that a direct one would be dialled as soon as it is known.
        foreach (var direct in second.ListenAddresses) await second.UnlistenAsync(direct);
        await second.ListenAsync(RelayedMemoryTransport.Address("second"));
        return (first, second);
    }

    private static async Task<int> OnceAsync(Host client, Host server, string protocol, CancellationToken cancellationToken)
    {
        await using var stream = await client.OpenStreamAsync(server.Id, [protocol], s_any, cancellationToken);
        await stream.WriteAsync(new byte[] { 7 }, cancellationToken);
        var read = new byte[1];
        await stream.ReadExactlyAsync(read, cancellationToken);
        return read[0];
    }

    private static Task<ConnectionInfo> ConnectionIdentified(Host host, Host peer)
    {
        var done = new TaskCompletionSource<ConnectionInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.ConnectionIdentified += info =>
        {
            if (info.Peer == peer.Id) done.TrySetResult(info);
        };
        return done.Task;
    }
}
