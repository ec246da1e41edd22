using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Client;
using HyphaMarket.Libp2p.Relay.Messages;
using HyphaMarket.Libp2p.Relay.Server;
using HyphaMarket.Libp2p.Tests.Hosting;
using HyphaMarket.Libp2p.Tests.Kademlia.Driver;

namespace HyphaMarket.Libp2p.Tests.Relay;

/// <summary>A relay and any number of nodes, in memory; the clock stands still unless the test moves it.</summary>
internal sealed class RelayScene : IAsyncDisposable
{
    public const string Echo = "/test/relayed-echo/1";

    private readonly List<IAsyncDisposable> _clients = [];

    // A moved clock must not have keep-alive pings time out before their answers are worked off.
    private readonly HostOptions _patient = new()
    {
        Yamux = new YamuxOptions { KeepAliveInterval = TimeSpan.FromDays(10), KeepAliveTimeout = TimeSpan.FromDays(10) },
        PushDelay = TimeSpan.FromTicks(1),
    };

    private RelayScene(Host? relay, RelayServer? server)
    {
        Relay = relay!;
        Server = server!;
    }

    public TestHosts Hosts { get; } = new();

    public ManualTime Time { get; } = new();

    public Host Relay { get; private set; }

    public RelayServer Server { get; set; }

    public static async Task<RelayScene> StartAsync(RelayServerOptions? options = null)
    {
        var scene = new RelayScene(null, null);
        scene.Relay = await scene.NodeAsync();
        scene.Server = RelayServer.Start(scene.Relay, options);
        return scene;
    }

    /// <summary>A node that can dial over relays and serves the echo protocol on relayed connections too.</summary>
    public async Task<Host> NodeAsync()
    {
        var host = await Hosts.InMemoryAsync(_patient, Time);
        host.AddTransport(new CircuitTransport(host));
        host.Handle(Echo, HostTests.EchoAsync, new StreamLimits(64, 64) { AllowLimited = true });
        return host;
    }

    /// <summary>A node that holds reservations.</summary>
    /// <param name="options">Null for one reservation, with the relay of the scene, at all times.</param>
    public async Task<(Host Host, RelayClient Client)> ReservedNodeAsync(RelayClientOptions? options = null)
    {
        var host = await NodeAsync();
        var client = StartClient(host, options);
        await client.HoldsAsync(1);
        return (host, client);
    }

    public RelayClient StartClient(Host host, RelayClientOptions? options = null)
    {
        var client = RelayClient.Start(host, options ?? AtRelay, random: new Random(1));
        _clients.Add(client);
        return client;
    }

    public RelayClientOptions AtRelay => new() { Mode = RelayClientMode.Always, Relays = [RelayAddress], WantedReservations = 1 };

    public Multiaddr RelayAddress => Relay.ListenAddresses[0].WithPeer(Relay.Id);

    /// <summary>The address of a peer behind the relay.</summary>
    public Multiaddr Through(PeerId target) => new CircuitAddress(Relay.Id, Relay.ListenAddresses[0], target).ToMultiaddr();

    /// <summary>Opens a hop stream from a node, asks for a circuit by hand and gives the stream with the relay's answer.</summary>
    public async Task<(PeerStream Stream, RelayStatus? Status)> HopAsync(Host from, HopMessage request, CancellationToken cancellationToken)
    {
        await from.ConnectAsync(Relay.Id, Relay.ListenAddresses, cancellationToken);
        var stream = await from.OpenStreamAsync(Relay.Id, [RelayProtocol.HopId], cancellationToken);
        await RelayMessageStream.WriteAsync(stream, request, cancellationToken);
        return (stream, (await RelayMessageStream.ReadHopAsync(stream, cancellationToken))?.Status);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) await client.DisposeAsync();
        Server.Dispose();
        await Hosts.DisposeAsync();
    }
}
