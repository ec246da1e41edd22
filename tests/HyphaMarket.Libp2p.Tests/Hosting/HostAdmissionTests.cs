using System.Net;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Libp2p.Tests.Hosting;

/// <summary>Who may connect, who must go, and who takes whose place, over loopback and in memory.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class HostAdmissionTests
{
    private TestHosts _hosts = null!;

    [SetUp]
    public void SetUp() => _hosts = new TestHosts();

    [TearDown]
    public async Task TearDown() => await _hosts.DisposeAsync();

    [Test]
    public async Task ValuedPeer_TakesTheStrangersPlace_AndAStrangerNobodys(CancellationToken cancellationToken)
    {
        var full = await _hosts.InMemoryAsync(Full(inbound: 2));
        var (stranger, valued, late, dear) = (await _hosts.InMemoryAsync(), await _hosts.InMemoryAsync(), await _hosts.InMemoryAsync(), await _hosts.InMemoryAsync());
        full.Tag(valued.Id, "mesh", 20);
        full.Protect(dear.Id, "broker");
        await ConnectAsync(stranger, full, cancellationToken);
        await ConnectAsync(valued, full, cancellationToken);

        await RefusedAsync(late, full, cancellationToken);
        Assert.That(full.ConnectedPeers, Is.EquivalentTo(new[] { stranger.Id, valued.Id }));
        await ConnectAsync(dear, full, cancellationToken);
        Assert.That(full.ConnectedPeers, Is.EquivalentTo(new[] { dear.Id, valued.Id }), "the stranger gave way");
        await RefusedAsync(late, full, cancellationToken);
        Assert.That((full.Resources.System.InboundConnections, full.Resources.Peers), Is.EqualTo((2, 2)));
    }

    [Test]
    public async Task LeastValued_AreTrimmed_WhenTheHighWaterIsPassed(CancellationToken cancellationToken)
    {
        var options = Full(inbound: 4) with { Connections = new ConnectionManagerOptions { HighWater = 0.75, LowWater = 0.5, GracePeriod = TimeSpan.Zero } };
        var host = await _hosts.InMemoryAsync(options);
        var others = new List<Host>();
        for (var i = 0; i < 3; i++) others.Add(await _hosts.InMemoryAsync());
        var last = await _hosts.InMemoryAsync();
        foreach (var other in others) host.Tag(other.Id, "table", 5);
        host.Tag(others[1].Id, "table", 1);
        var closed = new List<Libp2p.Identity.PeerId>();
        var done = new TaskCompletionSource();
        host.PeerDisconnected += peer =>
        {
            closed.Add(peer);
            if (closed.Count == 2) done.TrySetResult();
        };
        foreach (var other in others) await ConnectAsync(other, host, cancellationToken);
        Assert.That(host.ConnectedPeers, Has.Count.EqualTo(3), "up to the high water nobody goes");
        await last.ConnectAsync(host.Id, host.Addresses, cancellationToken);
        await done.Task.WaitAsync(cancellationToken);
        Assert.That(closed, Is.EquivalentTo(new[] { last.Id, others[1].Id }));
        Assert.That(host.ConnectedPeers, Is.EquivalentTo(new[] { others[0].Id, others[2].Id }));
    }

    [Test]
    public async Task MembersOfTheKademliaTable_AndOfAMesh_AreWorthMoreThanStrangers(CancellationToken cancellationToken)
    {
        var host = await _hosts.InMemoryAsync();
        var (tabled, meshed) = (await _hosts.InMemoryAsync(), await _hosts.InMemoryAsync());
        await using var dht = new KademliaDht(host, new KademliaOptions { Mode = KademliaMode.Server });
        await using var tabledDht = new KademliaDht(tabled, new KademliaOptions { Mode = KademliaMode.Server });
        dht.Start();
        tabledDht.Start();
        await using var gossip = GossipsubService.Start(host);
        await using var meshedGossip = GossipsubService.Start(meshed);
        foreach (var service in new[] { gossip, meshedGossip }) await service.SubscribeAsync("/test/topic", TopicOptions.Default, (_, _, _) => default, cancellationToken);
        await ConnectAsync(tabled, host, cancellationToken);
        await ConnectAsync(meshed, host, cancellationToken);
        // Both are found out by identify and by heartbeats, a second apart.
        while (host.ValueOf(tabled.Id) != 5 || host.ValueOf(meshed.Id) is not (> 15 and <= 20)) await Task.Delay(10, cancellationToken);
    }

    [Test]
    public async Task DeniedAddress_IsClosedAtAccept_AndNotDialled(CancellationToken cancellationToken)
    {
        var host = await _hosts.OnLoopbackAsync();
        var other = await _hosts.OnLoopbackAsync();
        host.Gater.Deny(IPNetwork.Parse("127.0.0.0/8"));
        Assert.That(async () => await host.ConnectAsync(other.Id, other.Addresses, cancellationToken), Throws.TypeOf<DialException>().With.Message.Contains("deny list"));
        Assert.That(async () => await other.ConnectAsync(host.Id, host.Addresses, cancellationToken), Throws.TypeOf<DialException>());
        Assert.That(host.Resources.System, Is.EqualTo(default(ResourceUse)));
        host.Gater.Remove(IPNetwork.Parse("127.0.0.0/8"));
        await host.ConnectAsync(other.Id, other.Addresses, cancellationToken);
        Assert.That(host.IsConnected(other.Id), Is.True);
    }

    [Test]
    public async Task DeniedPeer_IsRefusedOnceItIsKnown_AndNotDialled(CancellationToken cancellationToken)
    {
        var host = await _hosts.InMemoryAsync();
        var other = await _hosts.InMemoryAsync();
        host.Gater.Deny(other.Id);
        await RefusedAsync(other, host, cancellationToken);
        Assert.That(async () => await host.ConnectAsync(other.Id, other.Addresses, cancellationToken), Throws.TypeOf<DialException>().With.Message.Contains("deny list"));
        Assert.That(host.Connections, Is.Empty);
    }

    [Test]
    public async Task DenialAtRunTime_ClosesWhatIsOpen(CancellationToken cancellationToken)
    {
        var host = await _hosts.InMemoryAsync();
        var (first, second) = (await _hosts.InMemoryAsync(), await _hosts.InMemoryAsync());
        var gone = new TaskCompletionSource();
        host.PeerDisconnected += peer => gone.TrySetResult();
        await ConnectAsync(first, host, cancellationToken);
        await ConnectAsync(second, host, cancellationToken);
        host.Gater.Deny(first.Id);
        await gone.Task.WaitAsync(cancellationToken);
        Assert.That(host.ConnectedPeers, Is.EqualTo(new[] { second.Id }));
    }

    [Test]
    public async Task AllowedPeer_PassesTheInboundLimit_WithinTheTotal(CancellationToken cancellationToken)
    {
        var full = await _hosts.InMemoryAsync(new HostOptions { Resources = new() { MaxConnections = 2, MaxInboundConnections = 1 } });
        var (stranger, friend, second) = (await _hosts.InMemoryAsync(), await _hosts.InMemoryAsync(), await _hosts.InMemoryAsync());
        full.Gater.Allow(friend.Id);
        full.Gater.Allow(second.Id);
        await ConnectAsync(stranger, full, cancellationToken);
        await ConnectAsync(friend, full, cancellationToken);
        await RefusedAsync(second, full, cancellationToken);
        Assert.That(full.ConnectedPeers, Is.EquivalentTo(new[] { stranger.Id, friend.Id }));
    }

    [Test]
    public async Task ClosedHosts_LeaveNothingReserved(CancellationToken cancellationToken)
    {
        var host = await _hosts.InMemoryAsync();
        var other = await _hosts.InMemoryAsync();
        host.Handle("/test/echo/1", HostTests.EchoAsync);
        await ConnectAsync(other, host, cancellationToken);
        await HostTests.EchoOnceAsync(other, host.Id, 1 << 20, cancellationToken);
        Assert.That(host.Resources.Protocols["/test/echo/1"].Memory, Is.Zero);
        await other.DisposeAsync();
        while (host.Resources is not { Peers: 0, System.Memory: 0 }) await Task.Delay(1, cancellationToken);
        Assert.That((host.Resources.System, host.Resources.Transient), Is.EqualTo((default(ResourceUse), default(ResourceUse))));
        Assert.That((other.Resources.System, other.Resources.Transient), Is.EqualTo((default(ResourceUse), default(ResourceUse))));
    }

    private static HostOptions Full(int inbound) => new() { Resources = new() { MaxInboundConnections = inbound } };

    /// <summary>The dialler's handshake ends first; an answer shows that the other side keeps the connection.</summary>
    private static async Task ConnectAsync(Host dialler, Host host, CancellationToken cancellationToken)
    {
        await dialler.ConnectAsync(host.Id, host.Addresses, cancellationToken);
        await PingProtocol.PingAsync(dialler, host.Id, TimeSpan.FromSeconds(20), cancellationToken);
    }

    private static async Task RefusedAsync(Host dialler, Host host, CancellationToken cancellationToken)
    {
        var gone = new TaskCompletionSource();
        dialler.PeerDisconnected += _ => gone.TrySetResult();
        await dialler.ConnectAsync(host.Id, host.Addresses, cancellationToken);
        await gone.Task.WaitAsync(cancellationToken);
    }
}
