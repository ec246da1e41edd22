using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.Security.Noise;
using HyphaMarket.Libp2p.Security.Tls;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[TestFixture]
[CancelAfter(30_000)]
public sealed class HostHookTests
{
    private TestHosts _hosts = null!;

    [SetUp]
    public void SetUp() => _hosts = new TestHosts();

    [TearDown]
    public async Task TearDown() => await _hosts.DisposeAsync();

    [Test]
    public async Task RawConnection_HandedToAHost_IsUpgradedAsListener(CancellationToken cancellationToken)
    {
        var first = await _hosts.InMemoryAsync();
        var second = await _hosts.InMemoryAsync();
        var (near, far) = MemoryDuplex.CreatePair();
        first.AddTransport(new OneConnectionTransport(near));
        var local = Multiaddr.Parse("/ip4/127.0.0.1/tcp/7");
        var accepting = second.AcceptAsync(new TransportConnection(far, local, Multiaddr.Parse("/ip4/127.0.0.1/tcp/9"), null), cancellationToken);
        await first.ConnectAsync(second.Id, [OneConnectionTransport.Address], cancellationToken);
        var info = await accepting;
        Assert.That((info.Peer, info.Direction, info.LocalAddress, info.IsLimited), Is.EqualTo((first.Id, ConnectionDirection.Inbound, local, false)));
        Assert.That(await PingProtocol.PingAsync(second, first.Id, TimeSpan.FromSeconds(20), cancellationToken), Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task RawConnection_ThatBreaksTheProtocol_IsRefusedAndClosed(CancellationToken cancellationToken)
    {
        var host = await _hosts.InMemoryAsync();
        var (near, far) = MemoryDuplex.CreatePair();
        // A message of length zero, which multistream-select does not have.
        await near.WriteAsync(new byte[1], cancellationToken);
        Assert.That(async () => await host.AcceptAsync(new TransportConnection(far, null, Multiaddr.Parse("/ip4/127.0.0.1/tcp/9"), null), cancellationToken), Throws.InstanceOf<IOException>());
        await DrainAsync(near, cancellationToken);
        Assert.That(host.Connections, Is.Empty);
    }

    [TestCase(NoiseHandshaker.ProtocolId)]
    [TestCase(TlsHandshaker.ProtocolId)]
    public async Task ActAsListener_TakesTheListenersRole_AndStillChecksThePeer(string security, CancellationToken cancellationToken)
    {
        // Two diallers that meet, as in a hole punch: one of them acts as the listener.
        var options = new HostOptions { SecurityProtocols = [security] };
        var first = await _hosts.InMemoryAsync(options);
        var second = await _hosts.InMemoryAsync(options);
        Meet(first, second);
        await Task.WhenAll(
            first.ConnectAsync(second.Id, [OneConnectionTransport.Address], cancellationToken),
            second.ConnectAsync(first.Id, [OneConnectionTransport.Address], new DialOptions { ForceDirect = true, IgnoreBackoff = true, ActAsListener = true }, cancellationToken));
        Assert.That((first.Connections.Single().Direction, second.Connections.Single().Direction), Is.EqualTo((ConnectionDirection.Outbound, ConnectionDirection.Inbound)));
        Assert.That(await PingProtocol.PingAsync(second, first.Id, TimeSpan.FromSeconds(20), cancellationToken), Is.GreaterThan(TimeSpan.Zero));

        var third = await _hosts.InMemoryAsync(options);
        var fourth = await _hosts.InMemoryAsync(options);
        Meet(third, fourth);
        using var stranger = KeyPair.Generate();
        var wrong = fourth.ConnectAsync(stranger.PeerId, [OneConnectionTransport.Address], new DialOptions { ActAsListener = true }, cancellationToken);
        var dialling = third.ConnectAsync(fourth.Id, [OneConnectionTransport.Address], cancellationToken);
        Assert.That(async () => await wrong, Throws.TypeOf<DialException>());
        Assert.That(fourth.Connections, Is.Empty);
        try
        {
            await dialling;
        }
        catch (DialException)
        {
            // The initiator's handshake may or may not have been over before the listener refused.
        }
    }

    [Test]
    public async Task Listening_BeginsAndEndsAtRunTime(CancellationToken cancellationToken)
    {
        var first = await _hosts.InMemoryAsync();
        var second = await _hosts.InMemoryAsync();
        var more = Multiaddr.Parse("/dns/more.memory/tcp/1");
        var changes = 0;
        second.AddressesChanged += () => Interlocked.Increment(ref changes);
        await second.ListenAsync(more, cancellationToken);
        Assert.That((second.ListenAddresses, second.Addresses), Is.EqualTo((second.Addresses, second.ListenAddresses)));
        Assert.That(second.ListenAddresses, Does.Contain(more));
        Assert.That(async () => await second.ListenAsync(more, cancellationToken), Throws.InstanceOf<IOException>());
        await first.ConnectAsync(second.Id, [more], cancellationToken);
        await second.UnlistenAsync(more);
        await second.UnlistenAsync(more);
        Assert.That(second.ListenAddresses, Does.Not.Contain(more));
        Assert.That(await PingProtocol.PingAsync(first, second.Id, TimeSpan.FromSeconds(20), cancellationToken), Is.GreaterThan(TimeSpan.Zero), "connections stay");
        var third = await _hosts.InMemoryAsync();
        Assert.That(async () => await third.ConnectAsync(second.Id, [more], cancellationToken), Throws.TypeOf<DialException>());
        await Eventually.HoldsAsync(() => Volatile.Read(ref changes) >= 2, cancellationToken);
    }

    [Test]
    public async Task ExternalAddresses_ReachConnectedPeersThroughIdentify(CancellationToken cancellationToken)
    {
        var first = await _hosts.InMemoryAsync();
        var second = await _hosts.InMemoryAsync(new HostOptions { PushDelay = TimeSpan.FromMilliseconds(1) });
        var external = Multiaddr.Parse("/ip4/1.2.3.4/tcp/4001");
        var both = Task.WhenAll(HostTests.Identified(first, second.Id), HostTests.Identified(second, first.Id));
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        await both.WaitAsync(cancellationToken);
        var pushed = HostTests.Identified(first, second.Id, () => first.PeerStore.GetAddresses(second.Id).Contains(external));
        second.SetExternalAddresses(this, [external.WithPeer(second.Id)]);
        Assert.That(second.Addresses, Is.EqualTo(second.ListenAddresses.Prepend(external)));
        await pushed.WaitAsync(cancellationToken);
    }

    [Test]
    public async Task Reachability_IsToldOnceForEachChange(CancellationToken cancellationToken)
    {
        var host = await _hosts.InMemoryAsync();
        var told = new List<Reachability>();
        var last = new TaskCompletionSource();
        host.ReachabilityChanged += reachability =>
        {
            told.Add(reachability);
            if (reachability == Reachability.Public) last.TrySetResult();
        };
        Assert.That(host.Reachability, Is.EqualTo(Reachability.Unknown));
        host.SetReachability(Reachability.Private);
        host.SetReachability(Reachability.Private);
        host.SetReachability(Reachability.Public);
        await last.Task.WaitAsync(cancellationToken);
        Assert.That(told, Is.EqualTo(new[] { Reachability.Private, Reachability.Public }));
    }

    private static void Meet(Host first, Host second)
    {
        var (near, far) = MemoryDuplex.CreatePair();
        first.AddTransport(new OneConnectionTransport(near));
        second.AddTransport(new OneConnectionTransport(far));
    }

    private static async Task DrainAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (await stream.ReadAsync(new byte[256], cancellationToken) > 0)
        {
        }
    }
}
