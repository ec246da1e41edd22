using System.Net;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Resources;

/// <summary>Counts connections, streams and memory in scopes, and refuses what exceeds one of them. Safe for use by many threads.</summary>
/// <remarks>
/// The model is go-libp2p's resource manager, kept small. What is reserved belongs to several scopes at once (the system, the peer, the protocol ...) and passes all of
/// them or none; a scope object gives back what it holds exactly once, when it is disposed. One lock guards every counter: each step under it is a handful
/// of additions, and no code of others runs there.
/// </remarks>
internal sealed class ResourceManager
{
    /// <summary>Protocols whose counters are kept though nothing uses them; beyond it idle ones are forgotten.</summary>
    private const int MaxIdleProtocols = 1_024;

    /// <summary>The part of all memory that buffers may use: in the last quarter there is room for 1,024 connections, so that full buffers never keep anybody out.</summary>
    internal const int BufferQuarters = 3;

    private readonly Dictionary<PeerId, PeerScope> _peers = [];
    private readonly Dictionary<IpGroup, ResourceScope> _ips = [];
    private readonly Dictionary<IpGroup, ResourceScope> _transientIps = [];
    private readonly Dictionary<string, ResourceScope> _protocols = new(StringComparer.Ordinal);
    private long _refusedConnections;
    private long _refusedStreams;
    private long _refusedMemory;

    public ResourceManager(ResourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        System = new ResourceScope(SystemLimits(options));
        Transient = new ResourceScope(TransientLimits(options));
    }

    public ResourceOptions Options { get; private set; }

    internal Lock Gate { get; } = new();

    internal ResourceScope System { get; }

    internal ResourceScope Transient { get; }

    /// <summary>Reserves a connection whose peer is not known yet.</summary>
    /// <param name="address">The other side's address, counted for inbound connections; null where the transport has none.</param>
    /// <param name="isAllowed">The address is on the allow list: no limit but that of memory applies.</param>
    /// <returns>Null where a limit refuses it.</returns>
    public ConnectionScope? TryOpenConnection(ConnectionDirection direction, IPAddress? address, bool isAllowed = false)
    {
        var one = direction == ConnectionDirection.Inbound ? new ResourceUse(1, 0, 0, 0, 0) : new ResourceUse(0, 1, 0, 0, 0);
        IpGroup? group = direction == ConnectionDirection.Inbound && address is not null ? new IpGroup(address) : null;
        lock (Gate)
        {
            var ip = group is { } key ? ScopeOf(_transientIps, key, Options.MaxPendingInboundPerIp) : null;
            var memory = ResourceUse.Bytes(ResourceOptions.ConnectionBytes);
            if ((!isAllowed && (Transient.Short(one) | (ip?.Short(one) ?? default)) != 0) || System.Short(memory) != 0)
            {
                if (group is { } unused) Prune(_transientIps, unused);
                _refusedConnections++;
                return null;
            }
            Transient.Add(one);
            ip?.Add(one);
            System.Add(memory);
            return new ConnectionScope(this, one, group);
        }
    }

    /// <summary>Sets other limits: they hold for what is opened from now on, and of a peer or a protocol in use once nothing of it is left.</summary>
    /// <exception cref="ArgumentException">The limits contradict each other.</exception>
    public void Change(ResourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        lock (Gate)
        {
            Options = options;
            System.Limits = SystemLimits(options);
            Transient.Limits = TransientLimits(options);
        }
    }

    /// <summary>What the whole node uses.</summary>
    internal ResourceUse Use
    {
        get
        {
            lock (Gate) return System.Use;
        }
    }

    /// <summary>What is in use now.</summary>
    public ResourceSnapshot Snapshot()
    {
        lock (Gate)
        {
            return new ResourceSnapshot(
                System.Use, Transient.Use, _peers.Count, _protocols.ToDictionary(entry => entry.Key, entry => entry.Value.Use, StringComparer.Ordinal),
                _refusedConnections, _refusedStreams, _refusedMemory);
        }
    }

    /// <summary>Moves a connection from those in upgrade to those in use. Called under the lock.</summary>
    internal ConnectionRefusal Assign(in ResourceUse one, IpGroup? group, PeerId peer, bool isAllowed, out PeerScope? scope)
    {
        scope = PeerOf(peer);
        var ip = group is { } key ? ScopeOf(_ips, key, Options.MaxConnectionsPerIp) : null;
        var all = one + ResourceUse.Bytes(ResourceOptions.ConnectionBytes);
        var refusal = (System.Short(one), scope.Short(all)) switch
        {
            (ResourceKind.Connections, _) => ConnectionRefusal.Total,
            (ResourceKind.InboundConnections, _) when !isAllowed => ConnectionRefusal.Inbound,
            (_, ResourceKind.Memory) => ConnectionRefusal.Memory,
            (_, ResourceKind.Connections) when !isAllowed => ConnectionRefusal.Peer,
            _ => !isAllowed && ip?.Short(one) is ResourceKind.InboundConnections ? ConnectionRefusal.Ip : ConnectionRefusal.None,
        };
        if (refusal == ConnectionRefusal.None)
        {
            LeaveTransient(one, group);
            System.Add(one);
            scope.Add(all);
            ip?.Add(one);
            return refusal;
        }
        Prune(scope);
        if (group is { } unused) Prune(_ips, unused);
        _refusedConnections++;
        return refusal;
    }

    /// <summary>Called under the lock.</summary>
    internal void LeaveTransient(in ResourceUse one, IpGroup? group)
    {
        Transient.Subtract(one);
        if (group is not { } key) return;
        _transientIps[key].Subtract(one);
        Prune(_transientIps, key);
    }

    /// <summary>Called under the lock.</summary>
    internal void LeaveUse(in ResourceUse one, IpGroup? group, PeerScope peer)
    {
        System.Subtract(one);
        peer.Subtract(one);
        Prune(peer);
        if (group is not { } key) return;
        _ips[key].Subtract(one);
        Prune(_ips, key);
    }

    /// <summary>The scope of a protocol, made on first use. Called under the lock.</summary>
    internal ResourceScope ProtocolOf(string protocol)
    {
        if (_protocols.TryGetValue(protocol, out var scope)) return scope;
        if (_protocols.Count >= MaxIdleProtocols)
        {
            foreach (var (name, _) in _protocols.Where(entry => entry.Value.IsEmpty).ToArray()) _protocols.Remove(name);
        }
        scope = new ResourceScope(new ScopeLimits { Memory = Options.MaxMemoryPerProtocol });
        _protocols.Add(protocol, scope);
        return scope;
    }

    /// <summary>Forgets a peer that uses nothing. Called under the lock.</summary>
    internal void Prune(PeerScope peer)
    {
        if (peer.IsEmpty) _peers.Remove(peer.Peer);
    }

    internal void CountRefusedStream() => _refusedStreams++;

    internal void CountRefusedMemory() => _refusedMemory++;

    private static ScopeLimits SystemLimits(ResourceOptions options) => new()
    {
        Connections = options.MaxConnections,
        InboundConnections = options.MaxInboundConnections,
        Streams = options.MaxStreams,
        InboundStreams = options.MaxInboundStreams,
        Memory = options.MaxMemory,
    };

    private static ScopeLimits TransientLimits(ResourceOptions options) =>
        new() { InboundConnections = options.MaxPendingInbound, OutboundConnections = options.MaxPendingOutbound, Streams = options.MaxNegotiatingStreams };

    private PeerScope PeerOf(PeerId peer)
    {
        if (_peers.TryGetValue(peer, out var scope)) return scope;
        scope = new PeerScope(peer, new ScopeLimits
        {
            Connections = Options.MaxConnectionsPerPeer,
            InboundStreams = Options.MaxInboundStreamsPerPeer,
            Memory = Options.MaxMemoryPerPeer,
        });
        _peers.Add(peer, scope);
        return scope;
    }

    private static ResourceScope ScopeOf(Dictionary<IpGroup, ResourceScope> scopes, IpGroup key, int inboundConnections)
    {
        if (scopes.TryGetValue(key, out var scope)) return scope;
        scope = new ResourceScope(new ScopeLimits { InboundConnections = inboundConnections });
        scopes.Add(key, scope);
        return scope;
    }

    private static void Prune(Dictionary<IpGroup, ResourceScope> scopes, IpGroup key)
    {
        if (scopes.TryGetValue(key, out var scope) && scope.IsEmpty) scopes.Remove(key);
    }
}
