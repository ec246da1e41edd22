using System.Net;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Resources;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[TestFixture]
public sealed class ConnectionTableTests
{
    private static readonly ResourceManager s_resources = new(new ResourceOptions());
    private readonly PeerId _self = KeyPair.Generate().PeerId;
    private readonly List<HostEventKind> _events = [];

    [Test]
    public void Events_TellTheFirstAndTheLastConnectionOfAPeer()
    {
        var table = NewTable(new HostOptions());
        var peer = NewPeer();
        var (first, second) = (Connection(peer), Connection(peer));
        table.TryAdd(first);
        table.TryAdd(second);
        table.Remove(first);
        table.Remove(second);
        Assert.That(_events, Is.EqualTo(new[]
        {
            HostEventKind.ConnectionOpened, HostEventKind.Connected, HostEventKind.ConnectionOpened,
            HostEventKind.ConnectionClosed, HostEventKind.ConnectionClosed, HostEventKind.Disconnected,
        }));
    }

    [Test]
    public void LimitedConnections_AreOpenedAndClosed_ButConnectNobody()
    {
        var table = NewTable(new HostOptions());
        var peer = NewPeer();
        var limited = Connection(peer, limited: true);
        table.TryAdd(limited);
        Assert.That((table.IsConnected(peer), table.Contains(peer), table.ConnectedPeers().Length), Is.EqualTo((false, true, 0)));
        table.Remove(limited);
        Assert.That(_events, Is.EqualTo(new[] { HostEventKind.ConnectionOpened, HostEventKind.ConnectionClosed }));
    }

    [Test]
    public void DirectConnection_IsPreferredToANewerLimitedOne_WhichIsSuperfluousThen()
    {
        var options = new HostOptions();
        var table = NewTable(options);
        var peer = NewPeer();
        var direct = Connection(peer, ConnectionDirection.Outbound);
        var limited = Connection(peer, openedMs: 5, limited: true);
        table.TryAdd(limited);
        Assert.That((table.Preferred(peer), table.Preferred(peer, allowLimited: true)), Is.EqualTo(((HostConnection?)null, limited)));
        table.TryAdd(direct);
        Assert.That((table.Preferred(peer), table.Preferred(peer, allowLimited: true)), Is.EqualTo((direct, direct)));
        Assert.That(table.Superfluous(options.DuplicateGrace + TimeSpan.FromSeconds(1)), Is.EqualTo(new[] { limited }));
        table.Remove(direct);
        Assert.That(_events.TakeLast(2), Is.EqualTo(new[] { HostEventKind.ConnectionClosed, HostEventKind.Disconnected }), "the limited one does not keep the peer connected");
    }

    [Test]
    public void SimultaneousDial_BothSidesPreferTheSameConnection()
    {
        for (var i = 0; i < 16; i++)
        {
            var (here, there) = (NewPeer(), NewPeer());
            var tableHere = new ConnectionTable(new HostOptions(), here, _ => { });
            var tableThere = new ConnectionTable(new HostOptions(), there, _ => { });
            // Here's dial is "a", there's dial is "b"; each side sees them ready in another order.
            var hereA = Connection(there, ConnectionDirection.Outbound, openedMs: 10);
            var hereB = Connection(there, ConnectionDirection.Inbound, openedMs: 20);
            var thereA = Connection(here, ConnectionDirection.Inbound, openedMs: 25);
            var thereB = Connection(here, ConnectionDirection.Outbound, openedMs: 15);
            tableHere.TryAdd(hereA);
            tableHere.TryAdd(hereB);
            tableThere.TryAdd(thereB);
            tableThere.TryAdd(thereA);
            Assert.That(tableHere.Preferred(there) == hereA, Is.EqualTo(tableThere.Preferred(here) == thereA));
            Assert.That(tableHere.Preferred(there) == hereA, Is.EqualTo(here < there), "the lower id's dial");
        }
    }

    [Test]
    public void LaterConnection_IsPreferred_AndTheOlderOneIsSuperfluousOnceIdle()
    {
        var options = new HostOptions();
        var table = NewTable(options);
        var peer = NewPeer();
        var old = Connection(peer, ConnectionDirection.Outbound);
        var busy = Connection(peer, ConnectionDirection.Outbound, streams: 1);
        var late = Connection(peer, ConnectionDirection.Inbound, openedMs: 60_000);
        table.TryAdd(old);
        table.TryAdd(busy);
        table.TryAdd(late);
        Assert.That(table.Preferred(peer), Is.SameAs(late));
        Assert.That(table.Superfluous(options.DuplicateGrace - TimeSpan.FromTicks(1)), Is.Empty);
        Assert.That(table.Superfluous(options.DuplicateGrace), Is.EqualTo(new[] { old }), "streams under way are not broken");
    }

    [Test]
    public void ClosingConnection_IsNotPreferred()
    {
        var table = NewTable(new HostOptions());
        var peer = NewPeer();
        var open = Connection(peer);
        var closing = Connection(peer, openedMs: 5, closing: true);
        table.TryAdd(open);
        table.TryAdd(closing);
        Assert.That(table.Preferred(peer), Is.SameAs(open));
    }

    private ConnectionTable NewTable(HostOptions options)
    {
        _events.Clear();
        return new ConnectionTable(options, _self, happened => _events.Add(happened.Kind));
    }

    private static PeerId NewPeer()
    {
        using var keys = KeyPair.Generate();
        return keys.PeerId;
    }

    private static HostConnection Connection(
        PeerId peer, ConnectionDirection direction = ConnectionDirection.Inbound, int openedMs = 0, int streams = 0, bool closing = false, bool limited = false) =>
        new(new StubMuxer(peer, streams, closing), direction, Multiaddr.Parse("/ip4/192.0.2.9/tcp/1"), IPAddress.Parse("192.0.2.9"), TimeSpan.FromMilliseconds(openedMs))
        {
            Scope = s_resources.TryOpenConnection(direction, null)!,
            Limits = limited ? new ConnectionLimits(TimeSpan.FromMinutes(2), null) : null,
        };

    private sealed class StubMuxer(PeerId peer, int streams, bool closing) : MuxedConnection
    {
        public override PeerId RemotePeer => peer;

        public override int StreamCount => streams;

        public override bool IsClosing => closing;

        public override Task Completion { get; } = new TaskCompletionSource().Task;

        public override ValueTask<MuxedStream> OpenStreamAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override ValueTask<MuxedStream?> AcceptStreamAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
