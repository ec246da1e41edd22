using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What is known of other peers, in memory and bounded: the peer unused for longest that is not connected goes first.</summary>
public sealed class PeerStore : IPeerStore
{
    /// <summary>
    /// Letters of all protocol names remembered of one peer. A busy node speaks forty protocols of thirty letters; without this bound strangers that come one
    /// after the other could fill each of <c>maxPeers</c> entries with as much as an identify message holds, 128 KiB.
    /// </summary>
    public const int MaxProtocolCharacters = 4_096;

    /// <summary>Protocols remembered of one peer; js-libp2p nodes speak about twenty.</summary>
    private const int MaxProtocols = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly int _maxPeers;
    private readonly int _maxAddresses;

    public PeerStore(TimeProvider time, int maxPeers, int maxAddressesPerPeer)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPeers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAddressesPerPeer, 1);
        _time = time;
        _start = time.GetTimestamp();
        _maxPeers = maxPeers;
        _maxAddresses = maxAddressesPerPeer;
    }

    /// <summary>Peers of which something is known.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _entries.Count;
        }
    }

    public IReadOnlyList<Multiaddr> GetAddresses(PeerId peer)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(peer, out var node)) return [];
            var now = Now;
            node.Value.Addresses.RemoveAll(known => known.Expires <= now);
            return [.. node.Value.Addresses.Select(known => known.Address)];
        }
    }

    public void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses, TimeSpan timeToLive)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        if (peer.IsDefault || timeToLive <= TimeSpan.Zero) return;
        lock (_lock)
        {
            var now = Now;
            var expires = timeToLive > TimeSpan.MaxValue - now ? TimeSpan.MaxValue : now + timeToLive;
            Entry? entry = null;
            foreach (var given in addresses)
            {
                if (given.TryGetPeer(out var named) && named != peer) continue;
                var address = given.WithoutPeer();
                entry ??= Touch(peer);
                var index = entry.Addresses.FindIndex(known => known.Address.Equals(address));
                if (index >= 0)
                {
                    if (entry.Addresses[index].Expires < expires) entry.Addresses[index] = new KnownAddress(address, expires);
                    continue;
                }
                if (entry.Addresses.Count >= _maxAddresses)
                {
                    entry.Addresses.RemoveAll(known => known.Expires <= now);
                    if (entry.Addresses.Count >= _maxAddresses) entry.Addresses.Remove(entry.Addresses.MinBy(known => known.Expires));
                }
                entry.Addresses.Add(new KnownAddress(address, expires));
            }
        }
    }

    public IReadOnlyCollection<string> GetProtocols(PeerId peer)
    {
        lock (_lock) return _entries.TryGetValue(peer, out var node) ? node.Value.Protocols : [];
    }

    public void SetProtocols(PeerId peer, IEnumerable<string> protocols)
    {
        ArgumentNullException.ThrowIfNull(protocols);
        if (peer.IsDefault) return;
        var set = new HashSet<string>(StringComparer.Ordinal);
        var room = MaxProtocolCharacters;
        foreach (var protocol in protocols)
        {
            if (set.Count == MaxProtocols) break;
            // One name that does not fit must not hide the shorter ones behind it.
            if (protocol.Length <= room && set.Add(protocol)) room -= protocol.Length;
        }
        lock (_lock) Touch(peer).Protocols = set;
    }

    /// <summary>The program the peer runs, as identify told it; null where unknown.</summary>
    public string? GetAgentVersion(PeerId peer)
    {
        lock (_lock) return _entries.TryGetValue(peer, out var node) ? node.Value.AgentVersion : null;
    }

    internal void SetAgentVersion(PeerId peer, string agentVersion)
    {
        lock (_lock) Touch(peer).AgentVersion = agentVersion;
    }

    /// <summary>A connected peer is kept whatever its age.</summary>
    internal void SetConnected(PeerId peer, bool connected)
    {
        lock (_lock) Touch(peer).Connected = connected;
    }

    internal bool Speaks(PeerId peer, string protocol)
    {
        lock (_lock) return _entries.TryGetValue(peer, out var node) && node.Value.Protocols.Contains(protocol);
    }

    /// <summary>The address led to the peer: it is tried first next time.</summary>
    internal void MarkGood(PeerId peer, Multiaddr address)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(peer, out var node)) return;
            var index = node.Value.Addresses.FindIndex(known => known.Address.Equals(address));
            if (index <= 0) return;
            var known = node.Value.Addresses[index];
            node.Value.Addresses.RemoveAt(index);
            node.Value.Addresses.Insert(0, known);
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    private Entry Touch(PeerId peer)
    {
        if (_entries.TryGetValue(peer, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddLast(node);
            return node.Value;
        }
        if (_entries.Count >= _maxPeers) Evict();
        node = _byUse.AddLast(new Entry(peer));
        _entries.Add(peer, node);
        return node.Value;
    }

    private void Evict()
    {
        // Connected peers are few beside the capacity, so the walk is short; where all are connected the oldest goes all the same.
        var victim = _byUse.First;
        while (victim is { Value.Connected: true }) victim = victim.Next;
        victim ??= _byUse.First!;
        _byUse.Remove(victim);
        _entries.Remove(victim.Value.Peer);
    }

    private readonly record struct KnownAddress(Multiaddr Address, TimeSpan Expires);

    private sealed class Entry(PeerId peer)
    {
        public PeerId Peer => peer;

        public List<KnownAddress> Addresses { get; } = [];

        public HashSet<string> Protocols { get; set; } = [];

        public string? AgentVersion { get; set; }

        public bool Connected { get; set; }
    }
}
