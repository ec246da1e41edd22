using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>The open connections. Safe for use by many threads.</summary>
/// <remarks>A peer with none but limited connections does not count as connected: protocols cannot work with it.</remarks>
/// <param name="raise">Called under the lock, so that the order of calls is the order of events.</param>
internal sealed class ConnectionTable(HostOptions options, PeerId self, Action<HostEvent> raise)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, List<HostConnection>> _byPeer = [];
    private bool _closed;

    /// <summary>Keeps a connection unless the host is closing.</summary>
    public ConnectionRefusal TryAdd(HostConnection connection)
    {
        lock (_lock)
        {
            if (_closed) return ConnectionRefusal.Closing;
            if (!_byPeer.TryGetValue(connection.Peer, out var ofPeer)) _byPeer.Add(connection.Peer, ofPeer = []);
            var wasConnected = IsDirect(ofPeer);
            ofPeer.Add(connection);
            raise(new HostEvent(HostEventKind.ConnectionOpened, connection.Peer, connection.Describe()));
            if (!wasConnected && !connection.IsLimited) raise(new HostEvent(HostEventKind.Connected, connection.Peer));
            return ConnectionRefusal.None;
        }
    }

    /// <summary>Forgets a connection.</summary>
    public void Remove(HostConnection connection)
    {
        lock (_lock)
        {
            if (!_byPeer.TryGetValue(connection.Peer, out var ofPeer) || !ofPeer.Remove(connection)) return;
            if (ofPeer.Count == 0) _byPeer.Remove(connection.Peer);
            raise(new HostEvent(HostEventKind.ConnectionClosed, connection.Peer, connection.Describe()));
            if (!connection.IsLimited && !IsDirect(ofPeer)) raise(new HostEvent(HostEventKind.Disconnected, connection.Peer));
        }
    }

    /// <summary>Whether a direct connection with the peer is open.</summary>
    public bool IsConnected(PeerId peer)
    {
        lock (_lock) return _byPeer.TryGetValue(peer, out var connections) && IsDirect(connections);
    }

    /// <summary>Whether any connection with the peer is open.</summary>
    public bool Contains(PeerId peer)
    {
        lock (_lock) return _byPeer.ContainsKey(peer);
    }

    /// <summary>The peers with a direct connection.</summary>
    public PeerId[] ConnectedPeers()
    {
        lock (_lock) return [.. _byPeer.Where(entry => IsDirect(entry.Value)).Select(entry => entry.Key)];
    }

    public HostConnection[] All()
    {
        lock (_lock) return [.. _byPeer.Values.SelectMany(connections => connections)];
    }

    public HostConnection[] Of(PeerId peer)
    {
        lock (_lock) return _byPeer.TryGetValue(peer, out var connections) ? [.. connections] : [];
    }

    /// <summary>One connection by its number; null where it is gone.</summary>
    public HostConnection? Find(PeerId peer, long id)
    {
        lock (_lock) return _byPeer.TryGetValue(peer, out var connections) ? connections.Find(open => open.Id == id) : null;
    }

    /// <summary>The connection new streams open on; null where none is usable.</summary>
    /// <param name="allowLimited">A limited one will do where there is no other.</param>
    public HostConnection? Preferred(PeerId peer, bool allowLimited = false)
    {
        lock (_lock)
        {
            if (!_byPeer.TryGetValue(peer, out var connections)) return null;
            var best = Choose(connections);
            return best is { IsLimited: true } && !allowLimited ? null : best;
        }
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

    private static bool IsDirect(List<HostConnection> connections)
    {
        foreach (var connection in connections)
        {
            if (!connection.IsLimited) return true;
        }
        return false;
    }

    /// <summary>
    /// A direct one before a limited one. Of these the newest, for an older one may be dead without our knowing. Where both sides dialled at once, both must choose alike or each would close the other's:
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
            if (candidate.IsLimited != best.IsLimited)
            {
                if (best.IsLimited) best = candidate;
                continue;
            }
            var simultaneous = candidate.Direction != best.Direction && (candidate.Opened - best.Opened).Duration() <= options.SimultaneousDialWindow;
            if (simultaneous ? DialledByLower(candidate) : candidate.Opened >= best.Opened) best = candidate;
        }
        return best;
    }

    private bool DialledByLower(HostConnection connection) => (self < connection.Peer) == (connection.Direction == ConnectionDirection.Outbound);
}
