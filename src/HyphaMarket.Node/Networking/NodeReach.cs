using HyphaMarket.Libp2p.AutoNat.Client;
using HyphaMarket.Libp2p.AutoNat.Observed;
using HyphaMarket.Libp2p.AutoNat.Server;
using HyphaMarket.Libp2p.HolePunching;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Client;
using HyphaMarket.Libp2p.Relay.Server;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Libp2p.Transport.WebSockets;
using HyphaMarket.Node.Configuration;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Networking;

/// <summary>How others reach this node, and it them, through NATs: AutoNAT finds out, relays lend addresses, hole punching makes connections direct.</summary>
/// <remarks>What runs is a matter of <see cref="ReachOptions"/> and of the roles: a broker is a relay while it is not private, everybody else is none.</remarks>
internal sealed class NodeReach : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly KademliaDht _dht;
    private readonly NodeOptions _options;
    private readonly ILoggerFactory _logs;
    private readonly Lock _lock = new();
    private ObservedAddressMonitor? _observed;
    private AutoNatClient? _autoNat;
    private AutoNatServer? _autoNatServer;
    private RelayClient? _relayClient;
    private RelayServer? _relayServer;
    private HolePuncher? _puncher;
    private bool _isRunning;

    public NodeReach(IHost host, KademliaDht dht, NodeOptions options, ILoggerFactory logs)
    {
        (_host, _dht, _options, _logs) = (host, dht, options, logs);
        UsesRelays = options.Reach.Relay is RelayUse.Auto or RelayUse.Use or RelayUse.Both;
        IsRelay = options.Reach.Relay is RelayUse.Serve or RelayUse.Both || (options.Reach.Relay == RelayUse.Auto && options.Roles.HasFlag(NodeRoles.Broker));
        // "announce" is the operator's word, and may name a port that nobody observes.
        TestsItself = options.Reach.AutoNat && options.Announce.Count == 0;
    }

    /// <summary>Whether this node finds out if it can be dialled; else the operator is believed.</summary>
    public bool TestsItself { get; }

    public bool UsesRelays { get; }

    /// <summary>The relays that hold a place for this node.</summary>
    public IReadOnlyList<PeerId> Relays => _relayClient is { } client ? [.. client.Reservations.Select(reservation => reservation.Relay)] : [];

    /// <summary>Nodes that this one, as a relay, holds a place for.</summary>
    public int RelayedPeers
    {
        get
        {
            lock (_lock) return _relayServer?.Statistics.Reservations ?? 0;
        }
    }

    private bool IsRelay { get; }

    /// <summary>The transports of a node with these options. Dials leave from the listening port, which a NAT then maps to one that others can try.</summary>
    public static IReadOnlyList<ITransport> Transports(NodeOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Between nodes of one machine is no NAT; and of two that dial each other at once, port to port, both would have to dial again.
        var isLocal = options.Listen.All(address => MarketAddresses.IsLoopback(Libp2p.Multiformats.Multiaddr.Parse(address)));
        var reuse = (options.Reach.AutoNat || options.Reach.HolePunching) && (!isLocal || options.Reach.PrivateAddresses);
        return [new TcpTransport(new TcpOptions { ReusePort = reuse }), new WebSocketTransport(time: time)];
    }

    /// <summary>Begins; the host is started.</summary>
    public void Start()
    {
        var reach = _options.Reach;
        if (reach.AutoNat || reach.HolePunching) _observed = new ObservedAddressMonitor(_host, new ObservedAddressOptions { AllowPrivateAddresses = reach.PrivateAddresses });
        if (reach.AutoNat)
        {
            _autoNatServer = AutoNatServer.Start(
                _host,
                new AutoNatServerOptions { AllowPrivateAddresses = reach.PrivateAddresses },
                // From ordinary ports: a dial from the listening port may pass a NAT that strangers do not.
                [new TcpTransport(), new WebSocketTransport(time: _host.Time)],
                _logs);
        }
        if (UsesRelays)
        {
            _host.AddTransport(new CircuitTransport(_host));
            _relayClient = RelayClient.Start(_host, new RelayClientOptions { Mode = RelayMode, FindCandidates = FindRelays }, _logs);
        }
        if (reach.HolePunching) _puncher = HolePuncher.Start(_host, _observed!, new HolePunchOptions { AllowPrivateAddresses = reach.PrivateAddresses }, _logs);
        lock (_lock) _isRunning = true;
        _host.ReachabilityChanged += ServeAsRelay;
        ServeAsRelay(_host.Reachability);
        if (!TestsItself) return;
        if (!_options.Roles.HasFlag(NodeRoles.Broker))
        {
            _host.ConnectionIdentified += PresumePrivate;
            foreach (var connection in _host.Connections) PresumePrivate(connection);
        }
        // Last: what it finds out, the others act on.
        _autoNat = AutoNatClient.Start(_host, _observed!, new AutoNatClientOptions { AllowPrivateAddresses = reach.PrivateAddresses }, _logs);
    }

    public async ValueTask DisposeAsync()
    {
        _host.ReachabilityChanged -= ServeAsRelay;
        _host.ConnectionIdentified -= PresumePrivate;
        lock (_lock)
        {
            _isRunning = false;
            _relayServer?.Dispose();
            _relayServer = null;
        }
        if (_autoNat is not null) await _autoNat.DisposeAsync();
        if (_puncher is not null) await _puncher.DisposeAsync();
        if (_relayClient is not null) await _relayClient.DisposeAsync();
        if (_autoNatServer is not null) await _autoNatServer.DisposeAsync();
        _observed?.Dispose();
    }

    /// <summary>Without AutoNAT nobody tells whether the node is private: it is taken to be where the operator asks for relays, and not otherwise.</summary>
    private RelayClientMode RelayMode => !_options.Reach.AutoNat && _options.Reach.Relay is RelayUse.Use or RelayUse.Both ? RelayClientMode.Always : RelayClientMode.WhenPrivate;

    /// <summary>
    /// A node whose own addresses are all private and that talks with one at a public address is behind a NAT. That it is private as well is likely, and taken for true at
    /// once: a worker's first offer then has relayed addresses, a minute before AutoNAT has the answers it wants. Where a port is forwarded, AutoNAT takes it back. A broker
    /// waits for AutoNAT, for it would leave the DHT.
    /// </summary>
    private void PresumePrivate(ConnectionInfo connection)
    {
        if (_host.Reachability != Reachability.Unknown || connection.IsLimited || !MarketAddresses.IsPublic(connection.RemoteAddress)) return;
        if (_host.ListenAddresses.Any(MarketAddresses.IsPublic)) return;
        _host.SetReachability(Reachability.Private);
    }

    /// <summary>Serves as a relay unless this node is private: what it lent then would lead nowhere.</summary>
    private void ServeAsRelay(Reachability reachability)
    {
        lock (_lock)
        {
            var serves = _isRunning && IsRelay && reachability != Reachability.Private;
            if (serves == _relayServer is not null) return;
            if (serves)
            {
                _relayServer = RelayServer.Start(_host, loggerFactory: _logs);
                return;
            }
            _relayServer?.Dispose();
            _relayServer = null;
        }
    }

    /// <summary>Servers of the DHT are brokers, which can be dialled and are relays unless their operators say otherwise; connected ones are known already.</summary>
    private Task<IReadOnlyList<RelayCandidate>> FindRelays(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<RelayCandidate>>(
    [
        .. _dht.RoutingTable
            .Where(entry => !_host.IsConnected(entry.Peer))
            .Select(entry => new RelayCandidate(entry.Peer, [.. _host.PeerStore.GetAddresses(entry.Peer).Where(address => !address.IsRelayed)]))
            .Where(candidate => candidate.Addresses.Count > 0),
    ]);
}
