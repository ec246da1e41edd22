using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>A Kademlia DHT on a host. Every method is safe for use by many threads.</summary>
/// <remarks>
/// A thin driver: <see cref="KademliaCore"/> and <see cref="Lookup"/> decide, this sends, waits and keeps time. The table is fed by peers that
/// identify as servers and by those that answer; a peer that fails a request is a suspect, and leaves it if it goes on failing.
/// Source: libp2p/specs kad-dht/README.md; departures are listed in this folder's README.
/// </remarks>
public sealed partial class KademliaDht : IAsyncDisposable
{
    private const string TableTag = "kad-table";

    /// <summary>A table member's worth when connections must give way: above any stranger's, and it can be replaced.</summary>
    private const int TableWeight = 5;

    private readonly IHost _host;
    private readonly KademliaOptions _options;
    private readonly ILogger _logger;
    private readonly KademliaRpc _rpc;
    private readonly KadMessageCodec _codec;
    private readonly SemaphoreSlim _lookupSlots;
    private readonly CancellationTokenSource _stopping = new();

    // Guards the core, the random source, the provided keys and the mode; never held across an await.
    private readonly Lock _gate = new();
    private readonly KademliaCore _core;
    private readonly Random _random;
    private KademliaMode _mode = KademliaMode.Client;
    private bool _isAuto;
    private readonly TaskCompletionSource _bootstrapped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _maintenance;

    /// <param name="random">Chooses refresh keys and the providers of an answer; a fixed seed makes a test repeatable.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public KademliaDht(IHost host, KademliaOptions options, ILoggerFactory? loggerFactory = null, Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _host = host;
        PeerAdded += peer => _host.Tag(peer, TableTag, TableWeight);
        PeerRemoved += peer => _host.Untag(peer, TableTag);
        _options = options;
        _logger = loggerFactory?.CreateLogger<KademliaDht>() ?? NullLogger<KademliaDht>.Instance;
        _random = random ?? new Random();
        _rpc = new KademliaRpc(host, options);
        _codec = new KadMessageCodec(options);
        _core = new KademliaCore(host.Id, options, AddressesOf, _random);
        _lookupSlots = new SemaphoreSlim(options.MaxConcurrentLookups, options.MaxConcurrentLookups);
        _slots = new InboundSlots(options.MaxInboundStreams, options.MaxInboundStreamsPerPeer);
    }

    /// <summary>A peer entered the routing table.</summary>
    public event Action<PeerId>? PeerAdded;

    /// <summary>A peer left the routing table: it went on failing, it serves no longer, or another took its place.</summary>
    public event Action<PeerId>? PeerRemoved;

    /// <summary>A bootstrap peer was not reached; the next refresh with an empty table tries again, else the next search from the bootstrap peers.</summary>
    public event Action<BootstrapFailure>? BootstrapFailed;

    /// <summary>The mode changed.</summary>
    public event Action<KademliaMode>? ModeChanged;

    /// <summary>A lookup of any kind ended, with its cost.</summary>
    public event Action<LookupReport>? LookupCompleted;

    /// <summary>What this node is at present: Server or Client, also where Auto chose it.</summary>
    public KademliaMode Mode { get { lock (_gate) return _mode; } }

    /// <summary>Servers in the routing table that did not fail lately.</summary>
    public int RoutingTableSize { get { lock (_gate) return _core.Table.LiveCount; } }

    /// <summary>The servers of the routing table, suspects too.</summary>
    public IReadOnlyList<RoutingTableEntry> RoutingTable { get { lock (_gate) return _core.Table.Entries; } }

    /// <summary>Provider records held for others.</summary>
    public int ProviderRecordCount { get { lock (_gate) return _core.Providers.Count; } }

    /// <summary>Value records held.</summary>
    public int ValueRecordCount { get { lock (_gate) return _core.Records.Count; } }

    /// <summary>The number of servers in the network, this node included where it serves; null before the first lookup converged.</summary>
    public NetworkSizeEstimate? EstimateNetworkSize() { lock (_gate) return _core.Size.Estimate(_host.Time.GetUtcNow()); }

    /// <summary>Ends when the first refresh after <see cref="Start"/> has ended, well or not: then the table holds what was to be had.</summary>
    public Task Bootstrapped => _bootstrapped.Task;

    /// <summary>Starts serving (in server mode) and keeping the table: a first refresh runs at once, in the background.</summary>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public void Start()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (_maintenance is not null) throw new InvalidOperationException("The DHT was started before.");
            _maintenance = Task.CompletedTask;
        }
        _host.PeerIdentified += OnPeerIdentified;
        _host.ReachabilityChanged += OnReachabilityChanged;
        SetMode(_options.Mode);
        foreach (var peer in _host.ConnectedPeers) OnPeerIdentified(peer);
        _maintenance = Task.Run(() => MaintainAsync(_stopping.Token));
    }

    /// <summary>Begins or ceases to answer queries; connected peers learn it from identify. Auto leaves the choice to the host's reachability.</summary>
    public void SetMode(KademliaMode mode)
    {
        lock (_gate) _isAuto = mode == KademliaMode.Auto;
        if (mode == KademliaMode.Auto) OnReachabilityChanged(_host.Reachability);
        else Serve(mode);
    }

    // "Unknown" says nothing new, so the mode stays what it is.
    private void OnReachabilityChanged(Reachability reachability)
    {
        bool isAuto;
        lock (_gate) isAuto = _isAuto;
        if (isAuto && reachability != Reachability.Unknown) Serve(reachability == Reachability.Public ? KademliaMode.Server : KademliaMode.Client);
    }

    private void Serve(KademliaMode mode)
    {
        lock (_gate)
        {
            if (_mode == mode) return;
            // The registration happens under the lock, so that two changes at once cannot leave handler and mode apart.
            if (mode == KademliaMode.Server) _host.Handle(_options.Protocol, ServeAsync);
            else _host.Unhandle(_options.Protocol);
            _mode = mode;
        }
        LogMode(mode);
        Raise(ModeChanged, mode);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        _host.PeerIdentified -= OnPeerIdentified;
        _host.ReachabilityChanged -= OnReachabilityChanged;
        SetMode(KademliaMode.Client);
        await _stopping.CancelAsync();
        if (_maintenance is not null) await _maintenance;
        _bootstrapped.TrySetCanceled();
        await Task.WhenAll(TakeBackground());
        // The semaphore and the source stay undisposed on purpose: a lookup that a caller still awaits may release them later.
    }

    private IReadOnlyList<Multiaddr> AddressesOf(PeerId peer) => peer == _host.Id ? _host.Addresses : _host.PeerStore.GetAddresses(peer);

    private void OnPeerIdentified(PeerId peer)
    {
        var protocols = _host.PeerStore.GetProtocols(peer);
        if (protocols.Contains(_options.Protocol)) AdmitServer(peer, isVouched: false);
        else if (protocols.Count > 0) DropServer(table => table.OnLeft(peer), peer); // It serves no longer; an empty list says nothing.
    }

    private void AdmitServer(PeerId peer, bool isVouched)
    {
        var prefix = PrefixOf(peer);
        TableAdmission admission;
        PeerId? displaced;
        bool sparse;
        lock (_gate)
        {
            admission = _core.Table.OnSeen(_host.Time.GetUtcNow(), peer, prefix, isVouched, out displaced);
            sparse = _core.Table.Count <= _options.BucketSize;
        }
        if (displaced is { } gone)
        {
            LogPeerRemoved(gone);
            Raise(PeerRemoved, gone);
        }
        if (admission == TableAdmission.Added)
        {
            LogPeerAdded(peer);
            Raise(PeerAdded, peer);
            // While the table is sparse each newcomer may know many that we do not.
            if (sparse) WakeMaintenance(refresh: true);
        }
        else if (admission == TableAdmission.Waiting)
        {
            WakeMaintenance(refresh: false);
        }
    }

    // Where a connection runs is known; addresses that a peer claims count only while there is none, since an attacker can claim any.
    private NetworkPrefix? PrefixOf(PeerId peer)
    {
        lock (_gate)
        {
            if (_core.Table.Contains(peer)) return null;
        }
        var connected = _host.Connections.Where(c => c.Peer == peer && !c.IsLimited).Select(c => c.RemoteAddress).ToList();
        return (connected.Count > 0 ? connected : _host.PeerStore.GetAddresses(peer))
            .Select(address => NetworkPrefix.Of(address, _options.LimitPrivateNetworks))
            .FirstOrDefault(prefix => prefix is not null);
    }

    private void DropServer(Func<RoutingTable, (bool Removed, PeerId? Promoted)> drop, PeerId peer)
    {
        bool removed;
        PeerId? promoted;
        lock (_gate) (removed, promoted) = drop(_core.Table);
        if (!removed) return;
        LogPeerRemoved(peer);
        Raise(PeerRemoved, peer);
        if (promoted is { } next) Raise(PeerAdded, next);
    }

    // A subscriber's mistake must not end a lookup or the maintenance.
    private void Raise<T>(Action<T>? handlers, T argument)
    {
        try
        {
            handlers?.Invoke(argument);
        }
        catch (Exception e)
        {
            LogSubscriberFailed(e);
        }
    }
}
