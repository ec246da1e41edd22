using HyphaMarket.Interop.Tests.Echo;
using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Client;
using HyphaMarket.Libp2p.Relay.Server;

namespace HyphaMarket.Interop.Tests.Relay;

/// <summary>A node of HyphaMarket.Libp2p that dials over relays, and may be one or be behind one.</summary>
internal sealed class NetRelayNode : IRelayNode
{
    private readonly NetPeer _peer;

    private NetRelayNode(NetPeer peer) => _peer = peer;

    public string Id => _peer.Id;

    public string Address => _peer.Host.ListenAddresses[0].WithPeer(_peer.Host.Id).ToString();

    public RelayServer? Server { get; private init; }

    public RelayClient? Client { get; private init; }

    public static async Task<NetRelayNode> DiallerAsync()
    {
        var node = new NetRelayNode(await NetPeer.StartAsync());
        node._peer.Host.AddTransport(new CircuitTransport(node._peer.Host));
        return node;
    }

    public static async Task<NetRelayNode> RelayAsync(long? dataLimit)
    {
        var peer = await NetPeer.StartAsync();
        var options = dataLimit is { } bytes ? new RelayServerOptions { CircuitBytes = bytes } : new RelayServerOptions();
        return new NetRelayNode(peer) { Server = RelayServer.Start(peer.Host, options) };
    }

    /// <summary>Has its reservation when it is given back.</summary>
    public static async Task<NetRelayNode> ListenerAsync(string relay)
    {
        var peer = await NetPeer.StartAsync();
        peer.Host.Handle(NetEcho.Protocol, NetEcho.ServeAsync, new StreamLimits(16, 16) { AllowLimited = true });
        var client = RelayClient.Start(peer.Host, new RelayClientOptions { Mode = RelayClientMode.Always, Relays = [Multiaddr.Parse(relay)], WantedReservations = 1, RequestTimeout = TimeSpan.FromSeconds(30) });
        await Eventually.HoldsAsync("a reservation is held", () => Task.FromResult(client.Reservations.Count), count => count == 1);
        return new NetRelayNode(peer) { Client = client };
    }

    public Task DialAsync(string address, CancellationToken cancellationToken)
    {
        var multiaddr = Multiaddr.Parse(address);
        return _peer.Host.ConnectAsync(multiaddr.TryGetPeer(out var peer) ? peer : default, [multiaddr], cancellationToken);
    }

    public Task<bool> IsLimitedAsync(string peerId)
    {
        var open = _peer.Host.Connections.Where(connection => connection.Peer.ToString() == peerId).ToArray();
        return Task.FromResult(open.Length > 0 && open.All(connection => connection.IsLimited));
    }

    public async Task EchoAsync(string peerId, int size, CancellationToken cancellationToken)
    {
        var (sent, received) = await NetEcho.RoundTripAsync(_peer.Host, PeerId.Parse(peerId), TestBytes.Random(size), cancellationToken, new StreamOptions { AllowLimited = true });
        Assert.That(received.AsSpan().SequenceEqual(sent), Is.True, $"{received.Length} of {sent.Length} bytes came back");
    }

    public async ValueTask DisposeAsync()
    {
        if (Client is not null) await Client.DisposeAsync();
        Server?.Dispose();
        await _peer.DisposeAsync();
    }
}
