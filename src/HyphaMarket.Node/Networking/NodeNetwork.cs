using System.Collections.Concurrent;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Resources;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Libp2pHost = HyphaMarket.Libp2p.Hosting.Host;
using Libp2pHostOptions = HyphaMarket.Libp2p.Hosting.HostOptions;

namespace HyphaMarket.Node.Networking;

/// <summary>The node's place in the network: its host, the market's DHT and gossip. Started first, stopped last.</summary>
public sealed class NodeNetwork : IHostedService, IStatusContributor, IReadinessCheck, IGaugeSource, IAsyncDisposable
{
    private static readonly string s_agentVersion = $"hypha-market/{typeof(NodeNetwork).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>
    /// How long a tunnel waits for its relayed connection to become a direct one: three attempts of a hole punch over a path that loses a packet now and then. What
    /// cannot wait, as settlement, runs over the relay.
    /// </summary>
    private static readonly TimeSpan s_directUpgrade = TimeSpan.FromSeconds(20);

    /// <summary>Bootstrap peers that were not reached, each with the latest reason; out again once connected.</summary>
    private readonly ConcurrentDictionary<PeerId, string> _unreached = new();
    private readonly NodeOptions _options;
    private readonly EventHub _events;
    private readonly ILoggerFactory _logs;
    private readonly bool _isBroker;
    private readonly Libp2pHost _host;
    private readonly RoutingTableKeeper _keeper;
    private readonly KnownPeers _knownPeers;
    private readonly NodeReach _reach;
    private readonly IReadOnlyList<Multiaddr> _announced;
    private readonly LiveOptions _live;
    private PeerListOptions _lists;
    private LocalDiscovery? _local;
    private GossipsubService? _gossip;

    public NodeNetwork(NodeOptions options, LiveOptions live, NetworkDefinition network, KeyPair keys, EventHub events, NodeMetrics metrics, TimeProvider time, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(network);
        (_options, _events, _logs) = (options, events, logs);
        _isBroker = options.Roles.HasFlag(NodeRoles.Broker);
        _announced = [.. options.Announce.Select(Multiaddr.Parse)];
        _host = new Libp2pHost(
            keys,
            new Libp2pHostOptions
            {
                AgentVersion = s_agentVersion,
                ListenAddresses = [.. options.Listen.Select(Multiaddr.Parse)],
                Resources = options.Limits.ToResources(),
                DirectUpgradeTimeout = s_directUpgrade,
            },
            time,
            logs,
            NodeReach.Transports(options, time));
        FillGater(_host.Gater, options.Peers);
        (_live, _lists) = (live, options.Peers);
        live.Changed += OnOptionsChanged;
        _knownPeers = new KnownPeers(_host, options.PeersFile, logs.CreateLogger<KnownPeers>());
        Dht = new KademliaDht(
            _host,
            new KademliaOptions
            {
                Protocol = network.Parameters.KademliaPrefix,
                // "A node is a server of the market's Kademlia exactly when it is willing to broker and reachable."
                Mode = _isBroker ? KademliaMode.Server : KademliaMode.Client,
                BootstrapPeers = options.Bootstrap.Select(ToBootstrap).ToArray(),
                // A small network changes while it is being made: look again soon, in proportion to its slots.
                SparseRefreshInterval = TimeSpan.FromMilliseconds(Math.Clamp(network.Parameters.SlotLengthMs * 4, 1_000, 30_000)),
            },
            logs);
        _keeper = new RoutingTableKeeper(Dht, options.RoutingTableFile, network.Parameters.KademliaPrefix, events, time, logs.CreateLogger<RoutingTableKeeper>());
        Dht.BootstrapFailed += OnBootstrapFailed;
        Dht.LookupCompleted += report => metrics.LookedUp(report.Outcome.ToString().ToLowerInvariant(), report.Duration);
        _host.PeerConnected += peer => _unreached.TryRemove(peer, out _);
        _reach = new NodeReach(_host, Dht, options, logs);
        Rpc = new MarketRpc(_host, logs.CreateLogger<MarketRpc>());
    }

    public Libp2p.Hosting.IHost Host => _host;

    public KademliaDht Dht { get; }

    public MarketRpc Rpc { get; }

    /// <summary>Gossip; there is some once the network is started.</summary>
    public GossipsubService Gossip => _gossip ?? throw new InvalidOperationException("The network is not started.");

    /// <summary>What this node tells others of its addresses: the announced ones, or those it listens on and others confirmed; then those that relays lend.</summary>
    public IReadOnlyList<Multiaddr> Addresses => _announced.Count > 0 ? [.. _announced, .. _host.Addresses.Where(address => address.IsRelayed)] : _host.Addresses;

    /// <summary>Whether a peer is connected over a relay and in no other way.</summary>
    public bool IsRelayed(PeerId peer) => !_host.IsConnected(peer) && _host.Connections.Any(open => open.Peer == peer);

    /// <summary>Bootstrap peers that were not reached, each with the latest reason.</summary>
    public IReadOnlyDictionary<PeerId, string> Unreached => _unreached;

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
        _host.SetExternalAddresses(this, _announced);
        await _host.StartAsync(cancellationToken);
        _keeper.Start();
        Dht.Start();
        // A broker serves until it learns that it is private; on networks where nobody tests, it never does.
        if (_isBroker && _reach.TestsItself) Dht.SetMode(KademliaMode.Auto);
        _reach.Start();
        _knownPeers.Start();
        if (_options.Reach.Mdns) StartLocalDiscovery();
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        _live.Changed -= OnOptionsChanged;
        // Before the DHT, whose table it keeps a last time.
        await _keeper.DisposeAsync();
        if (_local is not null) await _local.DisposeAsync();
        await _reach.DisposeAsync();
        await _knownPeers.DisposeAsync();
        await Dht.DisposeAsync();
        if (_gossip is not null) await _gossip.DisposeAsync();
        await _host.DisposeAsync();
    }

    public NodeStatus Contribute(NodeStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var relays = _reach.Relays;
        return status with
        {
            Addresses = [.. Addresses.Select(address => address.WithPeer(_host.Id).ToString())],
            ConnectedPeers = _host.ConnectedPeers.Count,
            KnownBrokers = Dht.RoutingTableSize,
            Reachability = _host.Reachability.ToString().ToLowerInvariant(),
            Relays = [.. relays.Select(relay => relay.ToString())],
            RelayedPeers = _reach.RelayedPeers,
            Warnings = [.. status.Warnings, .. _unreached.Select(failure => NotReached(failure.Key, failure.Value)), .. Unreachable(relays.Count)],
        };
    }

    /// <inheritdoc/>
    public ValueTask ReadAsync(GaugeReadings readings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(readings);
        var open = _host.Connections;
        foreach (var direction in Enum.GetValues<ConnectionDirection>()) readings.Set(MetricCatalogue.Connections, open.Count(connection => connection.Direction == direction), direction.ToString().ToLowerInvariant());
        readings.Set(MetricCatalogue.GossipDuplicates, _gossip?.Counters[GossipsubCounter.Duplicates] ?? 0);
        return ValueTask.CompletedTask;
    }

    /// <summary>What an operator should know of a node that nobody can dial.</summary>
    private IEnumerable<string> Unreachable(int relays)
    {
        if (_host.Reachability != Reachability.Private) yield break;
        if (_isBroker) yield return "Others cannot dial this node, so it does not broker. Forward its port and set \"announce\", or open its firewall.";
        if (relays == 0) yield return "Others cannot dial this node, and no relay holds a place for it (yet), so nobody can settle with it.";
    }

    /// <summary>A machine whose multicast port is taken or closed is no reason to stay down.</summary>
    private void StartLocalDiscovery()
    {
        _local = new LocalDiscovery(_host, _logs);
        try
        {
            _local.Start();
        }
        catch (IOException e)
        {
            _events.Publish(new NodeEvent
            {
                Event = NodeEventKind.Warning, Reason = "mdns-failed", Message = $"Nodes of the local network are not looked for: {e.Message}",
                Hint = "Free the UDP port 5353 for sharing, or set \"discovery.mdns\" to false.",
            });
        }
    }

    private void OnOptionsChanged(NodeOptions options)
    {
        _host.ChangeLimits(options.Limits.ToResources());
        var before = Interlocked.Exchange(ref _lists, options.Peers);
        if (before.Allow.SequenceEqual(options.Peers.Allow) && before.Deny.SequenceEqual(options.Peers.Deny)) return;
        foreach (var entry in before.Allow.Concat(before.Deny).Select(PeerListEntry.Parse))
        {
            if (entry.Peer is { } peer) _host.Gater.Remove(peer);
            else _host.Gater.Remove(entry.Network!.Value);
        }

        FillGater(_host.Gater, options.Peers);
        // Who is denied now is let go, whoever dialled.
        foreach (var peer in _host.ConnectedPeers.Where(peer => _host.Gater.Of(peer) == GateVerdict.Denied).ToArray()) _ = _host.DisconnectAsync(peer);
    }

    private static void FillGater(ConnectionGater gater, PeerListOptions lists)
    {
        foreach (var entry in lists.Allow.Select(PeerListEntry.Parse))
        {
            if (entry.Peer is { } peer) gater.Allow(peer);
            else gater.Allow(entry.Network!.Value);
        }
        foreach (var entry in lists.Deny.Select(PeerListEntry.Parse))
        {
            if (entry.Peer is { } peer) gater.Deny(peer);
            else gater.Deny(entry.Network!.Value);
        }
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
