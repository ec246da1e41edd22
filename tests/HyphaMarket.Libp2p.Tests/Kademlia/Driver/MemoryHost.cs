using System.Collections.Concurrent;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Driver;

/// <summary>A host without sockets: connections are entries, streams are pipes, identify is a call. Keeps the contract of IHost.</summary>
internal sealed class MemoryHost(MemoryNetwork network, Multiaddr address) : IHost
{
    private static readonly TimeSpan s_addressLife = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, StreamHandler> _handlers = new();
    private readonly ConcurrentDictionary<PeerId, MemoryHost> _connections = new();
    private readonly ConcurrentDictionary<MemoryStreamEnd, bool> _streams = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Streams of this host that nobody has closed or reset.</summary>
    public int OpenStreams => _streams.Keys.Count(s => s.IsOpen);

    public KeyPair Keys { get; } = KeyPair.Generate();
    public PeerId Id => Keys.PeerId;
    public TimeProvider Time => network.Time;
    public IReadOnlyList<Multiaddr> ListenAddresses => [address];
    public IReadOnlyList<Multiaddr> Addresses => [address];
    public Reachability Reachability { get; private set; }
    public IPeerStore PeerStore { get; } = new MemoryPeerStore();
    public IReadOnlyCollection<PeerId> ConnectedPeers => [.. _connections.Keys];
    public IReadOnlyList<ConnectionInfo> Connections =>
        [.. _connections.Values.Select(other => new ConnectionInfo(other.Id, ConnectionDirection.Outbound, other.Addresses[0], null, TimeSpan.Zero, 0))];

    public event Action<PeerId>? PeerConnected;
    public event Action<PeerId>? PeerDisconnected;
    public event Action<PeerId>? PeerIdentified;
    public event Action<Reachability>? ReachabilityChanged;

    // Nothing here has limited connections or addresses that change.
    public event Action<ConnectionInfo>? ConnectionOpened { add { } remove { } }
    public event Action<ConnectionInfo>? ConnectionIdentified { add { } remove { } }
    public event Action<ConnectionInfo>? ConnectionClosed { add { } remove { } }
    public event Action? AddressesChanged { add { } remove { } }

    public bool IsConnected(PeerId peer) => _connections.ContainsKey(peer);

    public Task ConnectAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsConnected(peer)) return Task.CompletedTask;
        var other = addresses.Concat(PeerStore.GetAddresses(peer)).Select(network.Find).FirstOrDefault(h => h?.Id == peer);
        if (other is null) return Task.FromException(new DialException($"No address leads to {peer}."));
        Join(other);
        other.Join(this);
        Identify(other);
        other.Identify(this);
        return Task.CompletedTask;
    }

    public Task ConnectAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, DialOptions options, CancellationToken cancellationToken = default) =>
        ConnectAsync(peer, addresses, cancellationToken);

    public Task<PeerStream> OpenStreamAsync(PeerId peer, IReadOnlyList<string> protocols, StreamOptions options, CancellationToken cancellationToken = default) =>
        OpenStreamAsync(peer, protocols, cancellationToken);

    public async Task<PeerStream> OpenStreamAsync(PeerId peer, IReadOnlyList<string> protocols, CancellationToken cancellationToken = default)
    {
        await ConnectAsync(peer, [], cancellationToken);
        if (!_connections.TryGetValue(peer, out var other)) throw new DialException($"{peer} is gone.");
        var protocol = protocols.FirstOrDefault(other._handlers.ContainsKey) ?? throw new ProtocolNotSupportedException();
        var (ours, theirs) = MemoryStreamEnd.Create(Id, peer, protocol);
        _streams[ours] = true;
        other._streams[theirs] = true;
        _ = other.ServeAsync(theirs);
        return ours;
    }

    public void Handle(string protocol, StreamHandler handler)
    {
        if (!_handlers.TryAdd(protocol, handler)) throw new InvalidOperationException($"{protocol} has a handler.");
        foreach (var other in _connections.Values) other.Identify(this);
    }

    public void Handle(string protocol, StreamHandler handler, StreamLimits limits) => Handle(protocol, handler);

    public void SetReachability(Reachability reachability)
    {
        Reachability = reachability;
        ReachabilityChanged?.Invoke(reachability);
    }

    // Connections never give way to others here.
    public void Tag(PeerId peer, string tag, int weight, TimeSpan? halfLife = null) { }
    public void Untag(PeerId peer, string tag) { }
    public void Protect(PeerId peer, string tag) { }
    public bool Unprotect(PeerId peer, string tag) => false;

    public void AddTransport(ITransport transport) => throw new NotSupportedException();
    public Task ListenAsync(Multiaddr address, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    public Task UnlistenAsync(Multiaddr address) => throw new NotSupportedException();
    public Task<ConnectionInfo> AcceptAsync(TransportConnection raw, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    public void SetExternalAddresses(object source, IReadOnlyList<Multiaddr> addresses) => throw new NotSupportedException();

    public void Unhandle(string protocol)
    {
        if (!_handlers.TryRemove(protocol, out _)) return;
        foreach (var other in _connections.Values) other.Identify(this);
    }

    public Task DisconnectAsync(PeerId peer)
    {
        if (!_connections.TryRemove(peer, out var other)) return Task.CompletedTask;
        ResetStreams(peer);
        PeerDisconnected?.Invoke(peer);
        return other.DisconnectAsync(Id);
    }

    /// <summary>The process dies: connections break and nobody answers at its address any more.</summary>
    public async Task KillAsync()
    {
        network.Remove(address);
        await _stopping.CancelAsync();
        foreach (var peer in ConnectedPeers) await DisconnectAsync(peer);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Keys.Dispose();
    }

    private void Join(MemoryHost other)
    {
        if (_connections.TryAdd(other.Id, other)) PeerConnected?.Invoke(other.Id);
    }

    private void Identify(MemoryHost other)
    {
        PeerStore.AddAddresses(other.Id, other.Addresses, s_addressLife);
        PeerStore.SetProtocols(other.Id, ["/ipfs/id/1.0.0", .. other._handlers.Keys]);
        PeerIdentified?.Invoke(other.Id);
    }

    private async Task ServeAsync(MemoryStreamEnd stream)
    {
        await Task.Yield();
        try
        {
            await _handlers[stream.Protocol](stream, _stopping.Token);
            await stream.DisposeAsync();
        }
        catch (Exception)
        {
            stream.Reset();
        }
        finally
        {
            _streams.TryRemove(stream, out _);
        }
    }

    private void ResetStreams(PeerId peer)
    {
        foreach (var stream in _streams.Keys.Where(s => s.Peer == peer)) stream.Reset();
    }
}
