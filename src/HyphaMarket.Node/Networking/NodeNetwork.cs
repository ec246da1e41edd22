using System.Collections.Concurrent;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Libp2pHost = HyphaMarket.Libp2p.Hosting.Host;
using Libp2pHostOptions = HyphaMarket.Libp2p.Hosting.HostOptions;

namespace HyphaMarket.Node.Networking;

/// <summary>The node's place in the network: its host, the market's DHT and gossip. Started first, stopped last.</summary>
public sealed class NodeNetwork : IHostedService, IStatusContributor, IReadinessCheck, IAsyncDisposable
{
    private static readonly string s_agentVersion = $"hypha-market/{typeof(NodeNetwork).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Bootstrap peers that were not reached, each with the latest reason; out again once connected.</summary>
    private readonly ConcurrentDictionary<PeerId, string> _unreached = new();
    private readonly NodeOptions _options;
    private readonly EventHub _events;
    private readonly ILoggerFactory _logs;
    private readonly Libp2pHost _host;
    private readonly RoutingTableKeeper _keeper;
    private readonly KnownPeers _knownPeers;
    private GossipsubService? _gossip;

    public NodeNetwork(NodeOptions options, NetworkDefinition network, KeyPair keys, EventHub events, TimeProvider time, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(network);
        (_options, _events, _logs) = (options, events, logs);
        _host = new Libp2pHost(keys, new Libp2pHostOptions { AgentVersion = s_agentVersion, ListenAddresses = options.Listen.Select(Multiaddr.Parse).ToArray() }, time, logs);
        _knownPeers = new KnownPeers(_host, options.PeersFile, logs.CreateLogger<KnownPeers>());
        Dht = new KademliaDht(
            _host,
            new KademliaOptions
            {
                Protocol = network.Parameters.KademliaPrefix,
                // "A node is a server of the market's Kademlia exactly when it is willing to broker and reachable."
                Mode = options.Roles.HasFlag(NodeRoles.Broker) ? KademliaMode.Server : KademliaMode.Client,
                BootstrapPeers = options.Bootstrap.Select(ToBootstrap).ToArray(),
                // A small network changes while it is being made: look again soon, in proportion to its slots.
                SparseRefreshInterval = TimeSpan.FromMilliseconds(Math.Clamp(network.Parameters.SlotLengthMs * 4, 1_000, 30_000)),
            },
            logs);
        _keeper = new RoutingTableKeeper(Dht, options.RoutingTableFile, network.Parameters.KademliaPrefix, events, time, logs.CreateLogger<RoutingTableKeeper>());
        Dht.BootstrapFailed += OnBootstrapFailed;
        _host.PeerConnected += peer => _unreached.TryRemove(peer, out _);
        Rpc = new MarketRpc(_host, logs.CreateLogger<MarketRpc>());
    }

    public Libp2p.Hosting.IHost Host => _host;

    public KademliaDht Dht { get; }

    public MarketRpc Rpc { get; }

    /// <summary>Gossip; there is some once the network is started.</summary>
    public GossipsubService Gossip => _gossip ?? throw new InvalidOperationException("The network is not started.");

    /// <summary>What this node tells others of its addresses: the announced ones, or those it listens on.</summary>
    public IReadOnlyList<Multiaddr> Addresses => _options.Announce.Count > 0 ? _options.Announce.Select(Multiaddr.Parse).ToArray() : _host.Addresses;

    public string Name => "dht";

    public string? Fault => _options.Bootstrap.Count > 0 && Dht.RoutingTableSize == 0
        ? "No other node of the network is known. Check that a bootstrap address is right and reachable."
        : null;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _gossip = GossipsubService.Start(
            _host,
            new GossipsubOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(500), Scoring = PeerScoreParameters.Recommended },
            _logs);
        _knownPeers.Load();
        await _host.StartAsync(cancellationToken);
        _keeper.Start();
        Dht.Start();
        _knownPeers.Start();
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        // Before the DHT, whose table it keeps a last time.
        await _keeper.DisposeAsync();
        await _knownPeers.DisposeAsync();
        await Dht.DisposeAsync();
        if (_gossip is not null) await _gossip.DisposeAsync();
        await _host.DisposeAsync();
    }

    public NodeStatus Contribute(NodeStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status with
        {
            Addresses = [.. Addresses.Select(address => address.WithPeer(_host.Id).ToString())],
            ConnectedPeers = _host.ConnectedPeers.Count,
            KnownBrokers = Dht.RoutingTableSize,
            Warnings = [.. status.Warnings, .. _unreached.Select(failure => NotReached(failure.Key, failure.Value))],
        };
    }

    /// <summary>An address may be out of date, or lead to another node than it names: the operator hears it once, and as long as it lasts in the status.</summary>
    private void OnBootstrapFailed(BootstrapFailure failure)
    {
        var known = _unreached.ContainsKey(failure.Peer);
        _unreached[failure.Peer] = failure.Reason;
        if (known) return;
        _events.Publish(new NodeEvent
        {
            Event = NodeEventKind.Warning, Reason = "bootstrap-failed", Peer = failure.Peer.ToString(), Message = NotReached(failure.Peer, failure.Reason),
            Hint = "Compare the address with what `hypha-market node status` of that node shows.",
        });
    }

    private static string NotReached(PeerId peer, string reason) => $"Bootstrap peer {peer} was not reached: {reason}";

    private static BootstrapPeer ToBootstrap(string text)
    {
        var address = Multiaddr.Parse(text);
        return address.TryGetPeer(out var peer)
            ? new BootstrapPeer(peer, [address.WithoutPeer()])
            : throw new ArgumentException($"The bootstrap address {text} names no peer.");
    }
}
