using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Muxing;

namespace HyphaMarket.Libp2p.Resources;

/// <summary>What one connection holds. First among the transient ones, then of its peer; disposal gives everything back, once.</summary>
internal sealed class ConnectionScope : IMuxerResources, IDisposable
{
    private readonly ResourceManager _manager;
    private readonly ResourceUse _one;
    private readonly IpGroup? _ip;
    private readonly ResourceScope _streams;
    private long _memory = ResourceOptions.ConnectionBytes;
    private bool _released;

    internal ConnectionScope(ResourceManager manager, ResourceUse one, IpGroup? ip)
    {
        _manager = manager;
        _one = one;
        _ip = ip;
        _streams = new ResourceScope(new ScopeLimits { InboundStreams = manager.Options.MaxInboundStreamsPerConnection });
    }

    /// <summary>Who dialled.</summary>
    public ConnectionDirection Direction => _one.InboundConnections > 0 ? ConnectionDirection.Inbound : ConnectionDirection.Outbound;

    internal PeerScope? Peer { get; private set; }

    /// <summary>The peer has proved who it is: the connection comes into use, unless a limit refuses it.</summary>
    /// <param name="isAllowed">The peer is on the allow list: of the limits on connections only <see cref="ResourceOptions.MaxConnections"/> applies.</param>
    public ConnectionRefusal TryAssignPeer(PeerId peer, bool isAllowed = false)
    {
        lock (_manager.Gate)
        {
            ObjectDisposedException.ThrowIf(_released, this);
            if (Peer is not null) throw new InvalidOperationException("The connection has a peer already.");
            var refusal = _manager.Assign(_one, _ip, peer, isAllowed, out var scope);
            if (refusal == ConnectionRefusal.None) Peer = scope;
            return refusal;
        }
    }

    /// <summary>Reserves a stream whose protocol is not agreed on yet.</summary>
    /// <returns>Null where a limit refuses it.</returns>
    public StreamScope? TryOpenStream(ConnectionDirection direction)
    {
        var one = direction == ConnectionDirection.Inbound ? new ResourceUse(0, 0, 1, 0, 0) : new ResourceUse(0, 0, 0, 1, 0);
        lock (_manager.Gate)
        {
            if (_released || Peer is not { } peer
                || (_manager.System.Short(one) | _manager.Transient.Short(one) | peer.Short(one) | _streams.Short(one)) != ResourceKind.None)
            {
                _manager.CountRefusedStream();
                return null;
            }
            _manager.System.Add(one);
            _manager.Transient.Add(one);
            peer.Add(one);
            _streams.Add(one);
            return new StreamScope(_manager, peer, _streams, one);
        }
    }

    IDisposable? IMuxerResources.TryAcceptStream() => TryOpenStream(ConnectionDirection.Inbound);

    public bool TryReserveMemory(int bytes, bool urgent)
    {
        var amount = ResourceUse.Bytes(bytes);
        // Windows may grow into half of what there is; the rest is for bytes that are here already.
        var (ofSystem, ofPeer) = urgent ? (ResourceManager.BufferQuarters, 4) : (2, 2);
        lock (_manager.Gate)
        {
            if (_released || Peer is not { } peer || (_manager.System.Short(amount, ofSystem) | peer.Short(amount, ofPeer)) != ResourceKind.None)
            {
                _manager.CountRefusedMemory();
                return false;
            }
            _manager.System.Add(amount);
            peer.Add(amount);
            _memory += bytes;
            return true;
        }
    }

    public void ReleaseMemory(int bytes)
    {
        var amount = ResourceUse.Bytes(bytes);
        lock (_manager.Gate)
        {
            // Disposal gave it back already.
            if (_released) return;
            _manager.System.Subtract(amount);
            Peer!.Subtract(amount);
            _memory -= bytes;
        }
    }

    /// <summary>Gives everything back but what streams hold, which is theirs to give back.</summary>
    public void Dispose()
    {
        lock (_manager.Gate)
        {
            if (_released) return;
            _released = true;
            var memory = ResourceUse.Bytes(_memory);
            _manager.System.Subtract(memory);
            if (Peer is null)
            {
                _manager.LeaveTransient(_one, _ip);
                return;
            }
            Peer.Subtract(memory);
            _manager.LeaveUse(_one, _ip, Peer);
        }
    }
}
