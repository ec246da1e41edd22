using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Libp2p.Resources;

/// <summary>What one stream holds. First among the transient ones, then of its protocol; disposal gives everything back, once.</summary>
internal sealed class StreamScope : IDisposable
{
    private readonly ResourceManager _manager;
    private readonly PeerScope _peer;
    private readonly ResourceScope _connection;
    private readonly ResourceUse _one;
    private ResourceScope? _protocol;
    private ResourceScope? _protocolOfPeer;
    private long _memory;
    private bool _released;

    internal StreamScope(ResourceManager manager, PeerScope peer, ResourceScope connection, ResourceUse one)
    {
        _manager = manager;
        _peer = peer;
        _connection = connection;
        _one = one;
    }

    /// <summary>The protocol is agreed on: the stream comes into its scopes, unless a limit refuses it.</summary>
    /// <param name="limits">Of the protocol's inbound streams; null for an outbound one.</param>
    public bool TryAssignProtocol(string protocol, StreamLimits? limits)
    {
        ArgumentException.ThrowIfNullOrEmpty(protocol);
        lock (_manager.Gate)
        {
            if (_released) return false;
            if (_protocol is not null) throw new InvalidOperationException("The stream has a protocol already.");
            var ofAll = _manager.ProtocolOf(protocol);
            var ofPeer = _peer.ForProtocol(protocol);
            if (limits is not null && (ofAll.Use.InboundStreams >= limits.Total || ofPeer.Use.InboundStreams >= limits.PerPeer))
            {
                _manager.CountRefusedStream();
                return false;
            }
            _protocol = ofAll;
            _protocolOfPeer = ofPeer;
            ofAll.Add(_one);
            ofPeer.Add(_one);
            _manager.Transient.Subtract(_one);
            return true;
        }
    }

    /// <summary>Counts bytes that a handler is about to hold; they are given back with the stream.</summary>
    /// <returns>False where they are too many for the system, the peer or the protocol.</returns>
    public bool TryReserveMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        var amount = ResourceUse.Bytes(bytes);
        lock (_manager.Gate)
        {
            if (_released || (_manager.System.Short(amount, ResourceManager.BufferQuarters) | _peer.Short(amount) | (_protocol?.Short(amount) ?? default)) != ResourceKind.None)
            {
                _manager.CountRefusedMemory();
                return false;
            }
            // What was asked for before the protocol was known is not the protocol's.
            if (_protocol is null) return false;
            _manager.System.Add(amount);
            _peer.Add(amount);
            _protocol.Add(amount);
            _protocolOfPeer!.Add(amount);
            _memory += bytes;
            return true;
        }
    }

    public void Dispose()
    {
        lock (_manager.Gate)
        {
            if (_released) return;
            _released = true;
            var all = _one + ResourceUse.Bytes(_memory);
            _manager.System.Subtract(all);
            _peer.Subtract(all);
            _connection.Subtract(_one);
            if (_protocol is null)
            {
                _manager.Transient.Subtract(_one);
            }
            else
            {
                _protocol.Subtract(all);
                _protocolOfPeer!.Subtract(all);
            }
            _manager.Prune(_peer);
        }
    }
}
