using System.Net;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Libp2p.Tests.Resources;

[TestFixture]
public sealed class ResourceManagerTests
{
    private const string Protocol = "/test/1";
    private static readonly StreamLimits s_generous = new(1_000, 1_000);

    [Test]
    public void ConnectionLimits_RefuseEachForItsReason()
    {
        var manager = new ResourceManager(new ResourceOptions { MaxConnections = 6, MaxInboundConnections = 4, MaxConnectionsPerPeer = 2, MaxConnectionsPerIp = 2 });
        var peer = NewPeer();
        Assert.That(Connect(manager, peer, ConnectionDirection.Outbound), Is.EqualTo(ConnectionRefusal.None));
        Assert.That(Connect(manager, peer, ConnectionDirection.Outbound), Is.EqualTo(ConnectionRefusal.None));
        Assert.That(Connect(manager, peer, ConnectionDirection.Outbound), Is.EqualTo(ConnectionRefusal.Peer));
        Assert.That(Connect(manager, ip: "2001:db8::1"), Is.EqualTo(ConnectionRefusal.None));
        Assert.That(Connect(manager, ip: "2001:db8::2"), Is.EqualTo(ConnectionRefusal.None));
        Assert.That(Connect(manager, ip: "2001:db8::3"), Is.EqualTo(ConnectionRefusal.Ip), "one /64 counts as one");
        Assert.That(Connect(manager, ip: "192.0.2.1"), Is.EqualTo(ConnectionRefusal.None));
        Assert.That(Connect(manager, ip: "192.0.2.2"), Is.EqualTo(ConnectionRefusal.None));
        Assert.That(Connect(manager, ip: "192.0.2.3"), Is.EqualTo(ConnectionRefusal.Total));
        Assert.That(manager.Snapshot().RefusedConnections, Is.EqualTo(3));
    }

    [Test]
    public void ChangedLimits_HoldFromThenOn()
    {
        var manager = new ResourceManager(new ResourceOptions { MaxConnections = 2, MaxInboundConnections = 1 });
        Assert.That(Connect(manager), Is.EqualTo(ConnectionRefusal.None));
        Assert.That(Connect(manager), Is.EqualTo(ConnectionRefusal.Inbound));
        manager.Change(new ResourceOptions { MaxConnections = 3, MaxInboundConnections = 2 });
        Assert.That(Connect(manager), Is.EqualTo(ConnectionRefusal.None));
        manager.Change(new ResourceOptions { MaxConnections = 1, MaxInboundConnections = 1 });
        Assert.That(Connect(manager, direction: ConnectionDirection.Outbound), Is.EqualTo(ConnectionRefusal.Total), "two are open, and stay");
        Assert.That(manager.Use.Connections, Is.EqualTo(2));
    }

    [Test]
    public void InboundLimit_LeavesRoomForDialling()
    {
        var manager = new ResourceManager(new ResourceOptions { MaxConnections = 3, MaxInboundConnections = 1 });
        Assert.That(Connect(manager), Is.EqualTo(ConnectionRefusal.None));
        Assert.That(Connect(manager), Is.EqualTo(ConnectionRefusal.Inbound));
        Assert.That(Connect(manager, direction: ConnectionDirection.Outbound), Is.EqualTo(ConnectionRefusal.None));
    }

    [Test]
    public void ConnectionsInUpgrade_AreCountedInAllAndForTheirAddress()
    {
        var manager = new ResourceManager(new ResourceOptions { MaxPendingInbound = 3, MaxPendingInboundPerIp = 2, MaxPendingOutbound = 1 });
        var (here, there) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"));
        var first = manager.TryOpenConnection(ConnectionDirection.Inbound, here)!;
        Assert.That(manager.TryOpenConnection(ConnectionDirection.Inbound, here), Is.Not.Null);
        Assert.That(manager.TryOpenConnection(ConnectionDirection.Inbound, here), Is.Null);
        Assert.That(manager.TryOpenConnection(ConnectionDirection.Inbound, there), Is.Not.Null);
        Assert.That(manager.TryOpenConnection(ConnectionDirection.Inbound, there), Is.Null);
        Assert.That(manager.TryOpenConnection(ConnectionDirection.Outbound, null), Is.Not.Null, "what we dial has places of its own");
        Assert.That(manager.TryOpenConnection(ConnectionDirection.Outbound, null), Is.Null);
        Assert.That(first.TryAssignPeer(NewPeer()), Is.EqualTo(ConnectionRefusal.None));
        Assert.That(manager.TryOpenConnection(ConnectionDirection.Inbound, here), Is.Not.Null, "the upgraded one left its place");
    }

    [Test]
    public void AllowedConnections_PassEveryLimitButTheTotal()
    {
        var manager = new ResourceManager(new ResourceOptions { MaxConnections = 2, MaxInboundConnections = 0, MaxConnectionsPerIp = 1, MaxConnectionsPerPeer = 1, MaxPendingInbound = 1 });
        var (peer, ip) = (NewPeer(), IPAddress.Parse("192.0.2.1"));
        var scopes = Enumerable.Range(0, 3).Select(_ => manager.TryOpenConnection(ConnectionDirection.Inbound, ip, isAllowed: true)!).ToArray();
        Assert.That(scopes.Select(scope => scope.TryAssignPeer(peer, isAllowed: true)), Is.EqualTo(new[] { ConnectionRefusal.None, ConnectionRefusal.None, ConnectionRefusal.Total }));
    }

    [Test]
    public void DisposedScopes_LeaveNothingBehind_HoweverOftenTheyAreDisposed()
    {
        var manager = new ResourceManager(new ResourceOptions());
        var connection = manager.TryOpenConnection(ConnectionDirection.Inbound, IPAddress.Parse("192.0.2.1"))!;
        Assert.That(connection.TryAssignPeer(NewPeer()), Is.EqualTo(ConnectionRefusal.None));
        var (negotiating, served) = (connection.TryOpenStream(ConnectionDirection.Inbound)!, connection.TryOpenStream(ConnectionDirection.Outbound)!);
        Assert.That(served.TryAssignProtocol(Protocol, null), Is.True);
        Assert.That((served.TryReserveMemory(1_000), connection.TryReserveMemory(2_000, urgent: true)), Is.EqualTo((true, true)));
        var used = manager.Snapshot();
        Assert.That(used.System, Is.EqualTo(new ResourceUse(1, 0, 1, 1, ResourceOptions.ConnectionBytes + 3_000)));
        Assert.That(used.Transient, Is.EqualTo(new ResourceUse(0, 0, 1, 0, 0)));
        Assert.That(used.Protocols[Protocol], Is.EqualTo(new ResourceUse(0, 0, 0, 1, 1_000)));
        connection.ReleaseMemory(500);
        for (var i = 0; i < 2; i++)
        {
            connection.Dispose();
            connection.ReleaseMemory(1_500);
            served.Dispose();
            negotiating.Dispose();
        }
        var left = manager.Snapshot();
        Assert.That((left.System, left.Transient, left.Peers), Is.EqualTo((default(ResourceUse), default(ResourceUse), 0)));
        Assert.That((connection.TryOpenStream(ConnectionDirection.Inbound), connection.TryReserveMemory(1, urgent: true), served.TryReserveMemory(1)), Is.EqualTo(((StreamScope?)null, false, false)));
    }

    [Test]
    public void RefusedConnection_HoldsNothingOfAnyScope_OnceItIsDisposed()
    {
        var manager = new ResourceManager(new ResourceOptions { MaxConnections = 1, MaxInboundConnections = 1 });
        var kept = Open(manager);
        for (var i = 0; i < 10; i++)
        {
            using var refused = manager.TryOpenConnection(ConnectionDirection.Inbound, IPAddress.Parse($"192.0.2.{i}"))!;
            Assert.That(refused.TryAssignPeer(NewPeer()), Is.EqualTo(ConnectionRefusal.Total));
        }
        Assert.That((manager.Snapshot().Peers, manager.Snapshot().Transient), Is.EqualTo((1, default(ResourceUse))));
        kept.Dispose();
        Assert.That(manager.Snapshot().System, Is.EqualTo(default(ResourceUse)));
    }

    [Test]
    public void Streams_AreBoundedForTheConnectionThePeerAndTheSystem()
    {
        var manager = new ResourceManager(new ResourceOptions { MaxInboundStreamsPerConnection = 2, MaxInboundStreamsPerPeer = 3, MaxInboundStreams = 4 });
        var peer = NewPeer();
        var (first, second, other) = (Open(manager, peer), Open(manager, peer), Open(manager));
        Assert.That(OpenInbound(first, 3), Is.EqualTo(2), "the connection's share");
        Assert.That(OpenInbound(second, 3), Is.EqualTo(1), "the peer's share");
        Assert.That(OpenInbound(other, 3), Is.EqualTo(1), "the system's");
        Assert.That(other.TryOpenStream(ConnectionDirection.Outbound), Is.Not.Null, "what others open does not keep us from opening");
        Assert.That(manager.Snapshot().RefusedStreams, Is.EqualTo(1 + 2 + 2));
    }

    [Test]
    public void NegotiatingStreams_AreBounded_AndLeaveTheirPlaceWithTheProtocol()
    {
        var manager = new ResourceManager(new ResourceOptions { MaxNegotiatingStreams = 2 });
        var connection = Open(manager);
        var first = connection.TryOpenStream(ConnectionDirection.Inbound)!;
        Assert.That(connection.TryOpenStream(ConnectionDirection.Inbound), Is.Not.Null);
        Assert.That(connection.TryOpenStream(ConnectionDirection.Inbound), Is.Null);
        Assert.That(first.TryAssignProtocol(Protocol, s_generous), Is.True);
        Assert.That(connection.TryOpenStream(ConnectionDirection.Inbound), Is.Not.Null);
    }

    [Test]
    public void ProtocolLimits_CountAllPeersAndEach_AndARefusedStreamStaysTransient()
    {
        var manager = new ResourceManager(new ResourceOptions());
        var (first, second) = (Open(manager), Open(manager));
        var limits = new StreamLimits(3, 2);
        var served = Enumerable.Range(0, 3).Select(_ => first.TryOpenStream(ConnectionDirection.Inbound)!).ToArray();
        Assert.That(served.Select(stream => stream.TryAssignProtocol(Protocol, limits)), Is.EqualTo(new[] { true, true, false }));
        Assert.That(Assign(second, limits), Is.True);
        Assert.That(Assign(second, limits), Is.False, "the protocol's total");
        Assert.That(manager.Snapshot().Protocols[Protocol].InboundStreams, Is.EqualTo(3));
        served[0].Dispose();
        Assert.That(served[2].TryAssignProtocol(Protocol, limits), Is.True);
        Assert.That(Assign(first, new StreamLimits(100, 100)), Is.True, "another handler may say otherwise");
    }

    [Test]
    public void Memory_IsBoundedForThePeerAndTheSystem_AndWindowsTakeOnlyHalf()
    {
        const int Step = ResourceOptions.ConnectionBytes;
        var manager = new ResourceManager(new ResourceOptions { MaxMemory = 12 * Step, MaxMemoryPerPeer = 4 * Step });
        var first = Open(manager);
        Assert.That((first.TryReserveMemory(Step, urgent: false), first.TryReserveMemory(Step, urgent: false)), Is.EqualTo((true, false)), "a window");
        Assert.That((first.TryReserveMemory(2 * Step, urgent: true), first.TryReserveMemory(1, urgent: true)), Is.EqualTo((true, false)), "bytes that are here");
        var (second, third) = (Open(manager), Open(manager));
        Assert.That((second.TryReserveMemory(3 * Step, urgent: true), second.TryReserveMemory(2 * Step, urgent: true)), Is.EqualTo((true, false)), "three quarters of the system's");
        Assert.That(third.TryReserveMemory(1, urgent: true), Is.False);
        for (var i = 0; i < 3; i++) Assert.That(manager.TryOpenConnection(ConnectionDirection.Inbound, null), Is.Not.Null, "the last quarter is for connections");
        Assert.That(manager.TryOpenConnection(ConnectionDirection.Inbound, null, isAllowed: true), Is.Null, "nobody passes the limit of memory");
        first.ReleaseMemory(3 * Step);
        Assert.That(manager.TryOpenConnection(ConnectionDirection.Inbound, null), Is.Not.Null);
    }

    [Test]
    public void HandlersMemory_IsBoundedForTheProtocol_AndGivenBackWithTheStream()
    {
        var manager = new ResourceManager(new ResourceOptions { MaxMemoryPerProtocol = 1_000 });
        var stream = Open(manager).TryOpenStream(ConnectionDirection.Inbound)!;
        Assert.That(stream.TryReserveMemory(1), Is.False, "no protocol yet");
        stream.TryAssignProtocol(Protocol, s_generous);
        Assert.That((stream.TryReserveMemory(600), stream.TryReserveMemory(600)), Is.EqualTo((true, false)));
        stream.Dispose();
        Assert.That(manager.Snapshot().Protocols[Protocol].Memory, Is.Zero);
    }

    [Test]
    public void RandomUse_AlwaysAddsUp_AndEndsWithNothing([Values(1, 2, 3, 4, 5)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var manager = new ResourceManager(new ResourceOptions
        {
            MaxConnections = 12, MaxInboundConnections = 8, MaxConnectionsPerPeer = 2, MaxConnectionsPerIp = 3, MaxPendingInbound = 4, MaxPendingInboundPerIp = 2,
            MaxNegotiatingStreams = 10, MaxInboundStreamsPerPeer = 6, MaxMemory = 2L * 1024 * 1024, MaxMemoryPerPeer = 512 * 1024,
        });
        var peers = Enumerable.Range(0, 6).Select(_ => NewPeer()).ToArray();
        var connections = new List<ConnectionScope>();
        var streams = new List<StreamScope>();
        for (var step = 0; step < 20_000; step++)
        {
            switch (random.Next(8))
            {
                case 0 when manager.TryOpenConnection((ConnectionDirection)random.Next(2), IPAddress.Parse($"192.0.2.{random.Next(4)}"), random.Next(8) == 0) is { } opened:
                    if (random.Next(4) > 0 && opened.TryAssignPeer(peers[random.Next(6)], random.Next(8) == 0) != ConnectionRefusal.None) opened.Dispose();
                    else connections.Add(opened);
                    break;
                case 1 when connections.Count > 0:
                    connections[random.Next(connections.Count)].Dispose();
                    break;
                case 2 or 3 when connections.Count > 0 && connections[random.Next(connections.Count)].TryOpenStream((ConnectionDirection)random.Next(2)) is { } stream:
                    if (random.Next(2) == 0) stream.TryAssignProtocol($"/test/{random.Next(3)}", random.Next(2) == 0 ? null : new StreamLimits(5, 2));
                    streams.Add(stream);
                    break;
                case 4 when streams.Count > 0:
                    streams[random.Next(streams.Count)].Dispose();
                    break;
                case 5 when streams.Count > 0:
                    streams[random.Next(streams.Count)].TryReserveMemory(random.Next(100_000));
                    break;
                case 6 when connections.Count > 0:
                    var scope = connections[random.Next(connections.Count)];
                    if (scope.TryReserveMemory(4_096, random.Next(2) == 0) && random.Next(2) == 0) scope.ReleaseMemory(4_096);
                    break;
            }
            var use = manager.Snapshot();
            Assert.That(use.System.InboundConnections <= 12 && use.System.Connections <= 12 && use.System.Memory <= 2L * 1024 * 1024, Is.True);
            Assert.That(use.Transient.Streams, Is.LessThanOrEqualTo(10));
            Assert.That(use.Protocols.Values.Sum(protocol => protocol.Streams) + use.Transient.Streams, Is.EqualTo(use.System.Streams), "a stream is negotiating or has a protocol");
        }
        foreach (var stream in streams) stream.Dispose();
        foreach (var connection in connections) connection.Dispose();
        var left = manager.Snapshot();
        Assert.That((left.System, left.Transient, left.Peers), Is.EqualTo((default(ResourceUse), default(ResourceUse), 0)));
        Assert.That(left.Protocols.Values, Has.All.EqualTo(default(ResourceUse)));
    }

    [Test]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.That(() => new ResourceOptions { MaxConnections = 0 }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new ResourceOptions { MaxInboundConnections = 5_000 }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new ResourceOptions { MaxInboundStreams = 100_000 }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new ResourceOptions { MaxMemoryPerPeer = 1 }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new ResourceOptions { MaxMemory = 1024 * 1024 }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new ResourceOptions().Validate(), Throws.Nothing);
    }

    private static ConnectionRefusal Connect(ResourceManager manager, PeerId peer = default, ConnectionDirection direction = ConnectionDirection.Inbound, string ip = "192.0.2.9")
    {
        var scope = manager.TryOpenConnection(direction, IPAddress.Parse(ip))!;
        var refusal = scope.TryAssignPeer(peer.IsDefault ? NewPeer() : peer);
        if (refusal != ConnectionRefusal.None) scope.Dispose();
        return refusal;
    }

    private static ConnectionScope Open(ResourceManager manager, PeerId peer = default)
    {
        var scope = manager.TryOpenConnection(ConnectionDirection.Inbound, null)!;
        Assert.That(scope.TryAssignPeer(peer.IsDefault ? NewPeer() : peer), Is.EqualTo(ConnectionRefusal.None));
        return scope;
    }

    private static int OpenInbound(ConnectionScope connection, int count) =>
        Enumerable.Range(0, count).Count(_ => connection.TryOpenStream(ConnectionDirection.Inbound) is not null);

    private static bool Assign(ConnectionScope connection, StreamLimits limits) => connection.TryOpenStream(ConnectionDirection.Inbound)!.TryAssignProtocol(Protocol, limits);

    private static PeerId NewPeer()
    {
        using var keys = KeyPair.Generate();
        return keys.PeerId;
    }
}
