using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>The open connections and their limits. Safe for use by many threads.</summary>
/// <param name="onFirst">Called under the lock, so that the order of calls is the order of events.</param>
/// <param name="onLast">Likewise.</param>
internal sealed class ConnectionTable(HostOptions options, PeerId self, Action<PeerId> onFirst, Action<PeerId> onLast)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, List<HostConnection>> _byPeer = [];
    private readonly Dictionary<IpGroup, int> _inboundByIp = [];
    private int _total;
    private int _inbound;
    private bool _closed;

    /// <summary>Keeps a connection unless a limit refuses it.</summary>
    public ConnectionRefusal TryAdd(HostConnection connection)
    {
        lock (_lock)
        {
            if (_closed) return ConnectionRefusal.Closing;
            if (_total >= options.MaxConnections) return ConnectionRefusal.Total;
            _byPeer.TryGetValue(connection.Peer, out var ofPeer);
            if (ofPeer?.Count >= options.MaxConnectionsPerPeer) return ConnectionRefusal.Peer;
            if (connection.Direction == ConnectionDirection.Inbound)
            {
                if (_inbound >= options.MaxInboundConnections) return ConnectionRefusal.Inbound;
                if (connection.RemoteIp is { } address)
                {
                    var group = new IpGroup(address);
                    var count = _inboundByIp.GetValueOrDefault(group);
                    if (count >= options.MaxConnectionsPerIp) return ConnectionRefusal.Ip;
                    _inboundByIp[group] = count + 1;
                }
                _inbound++;
            }
            _total++;
            if (ofPeer is null) _byPeer.Add(connection.Peer, ofPeer = []);
            ofPeer.Add(connection);
            if (ofPeer.Count == 1) onFirst(connection.Peer);
            return ConnectionRefusal.None;
        }
    }

    /// <summary>Forgets a connection.</summary>
    public void Remove(HostConnection connection)
    {
        lock (_lock)
        {
            if (!_byPeer.TryGetValue(connection.Peer, out var ofPeer) || !ofPeer.Remove(connection)) return;
            _total--;
            if (connection.Direction == ConnectionDirection.Inbound)
            {
                _inbound--;
                if (connection.RemoteIp is { } address)
                {
                    var group = new IpGroup(address);
                    if (--_inboundByIp[group] == 0) _inboundByIp.Remove(group);
                }
            }
            if (ofPeer.Count > 0) return;
            _byPeer.Remove(connection.Peer);
            onLast(connection.Peer);
        }
    }

    public bool Contains(PeerId peer)
    {
        lock (_lock) return _byPeer.ContainsKey(peer);
    }

    public PeerId[] Peers()
    {
        lock (_lock) return [.. _byPeer.Keys];
    }

    public HostConnection[] All()
    {
        lock (_lock) return [.. _byPeer.Values.SelectMany(connections => connections)];
    }

    public HostConnection[] Of(PeerId peer)
    {
        lock (_lock) return _byPeer.TryGetValue(peer, out var connections) ? [.. connections] : [];
    }

    /// <summary>The connection new streams open on; null where none is usable.</summary>
    public HostConnection? Preferred(PeerId peer)
    {
        lock (_lock) return _byPeer.TryGetValue(peer, out var connections) ? Choose(connections) : null;
    }

    /// <summary>Connections beside the preferred one of their peer that are old enough and carry no stream: nobody misses them.</summary>
    public HostConnection[] Superfluous(TimeSpan now)
    {
        lock (_lock)
        {
            List<HostConnection> found = [];
            foreach (var connections in _byPeer.Values.Where(connections => connections.Count > 1))
            {
                var preferred = Choose(connections);
                found.AddRange(connections.Where(other => other != preferred && now - other.Opened >= options.DuplicateGrace && other.Muxer.StreamCount == 0));
            }
            return [.. found];
        }
    }

    /// <summary>Refuses everything from now on.</summary>
    public void Close()
    {
        lock (_lock) _closed = true;
    }

    /// <summary>
    /// The newest, for an older one may be dead without our knowing. Where both sides dialled at once, both must choose alike or each would close the other's:
    /// the connection that the lower peer id dialled.
    /// </summary>
    private HostConnection? Choose(List<HostConnection> connections)
    {
        HostConnection? best = null;
        foreach (var candidate in connections)
        {
            if (candidate.IsClosing) continue;
            if (best is null)
            {
                best = candidate;
                continue;
            }
            var simultaneous = candidate.Direction != best.Direction && (candidate.Opened - best.Opened).Duration() <= options.SimultaneousDialWindow;
            if (simultaneous ? DialledByLower(candidate) : candidate.Opened >= best.Opened) best = candidate;
        }
        return best;
    }

    private bool DialledByLower(HostConnection connection) => (self < connection.Peer) == (connection.Direction == ConnectionDirection.Outbound);
}
