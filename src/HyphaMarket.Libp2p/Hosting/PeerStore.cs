using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What is known of other peers, in memory and bounded. Safe for use by many threads.</summary>
/// <remarks>Source of what is certified: libp2p/specs RFC/0003-routing-records.md, "Peer Store APIs".</remarks>
public sealed partial class PeerStore : IPeerStore
{
    /// <summary>
    /// Letters of all protocol names remembered of one peer. A busy node speaks forty protocols of thirty letters; without this bound strangers that come one
    /// after the other could fill each of <c>maxPeers</c> entries with as much as an identify message holds, 128 KiB.
    /// </summary>
    public const int MaxProtocolCharacters = 4_096;

    /// <summary>
    /// The longest signed record that is kept to be shared; of a longer one only the addresses and the sequence number are. Thirty addresses fit, and all
    /// <c>maxPeers</c> entries together stay within what their protocol names may take.
    /// </summary>
    public const int MaxRecordBytes = 4_096;

    /// <summary>Protocols remembered of one peer; js-libp2p nodes speak about twenty.</summary>
    private const int MaxProtocols = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, LinkedListNode<PeerEntry>> _entries = [];

    // Each from the one unused for longest to the one used last, in the order in which they are given up.
    private readonly LinkedList<PeerEntry> _ordinary = new();
    private readonly LinkedList<PeerEntry> _protected = new();
    private readonly LinkedList<PeerEntry> _connected = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly int _maxPeers;
    private readonly int _maxAddresses;

    // Never changed once it is told of a peer.
    private HashSet<string> _lastProtocols = [];

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
        lock (_lock) return Find(peer) is { } entry ? [.. entry.Live(Now).Select(known => known.Address)] : [];
    }

    public IReadOnlyList<Multiaddr> GetCertifiedAddresses(PeerId peer)
    {
        lock (_lock) return Find(peer) is { } entry ? [.. entry.Live(Now).Where(known => known.Origin == AddressOrigin.Certified).Select(known => known.Address)] : [];
    }

    public ReadOnlyMemory<byte>? GetSignedRecord(PeerId peer)
    {
        lock (_lock) return Find(peer) is { Record: { } record } entry && entry.Live(Now).Any(known => known.Origin == AddressOrigin.Certified) ? record : default(ReadOnlyMemory<byte>?);
    }

    public void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses, TimeSpan timeToLive)
    {
        if (Own(peer, addresses) is not { Count: > 0 } own || timeToLive <= TimeSpan.Zero) return;
        lock (_lock)
        {
            var entry = Touch(peer);
            foreach (var address in own) entry.Add(address, AddressOrigin.Hearsay, timeToLive, Now);
        }
    }

    /// <summary>Takes the addresses that a peer told of itself over an authenticated connection, all of them.</summary>
    internal void SetIdentified(PeerId peer, IEnumerable<Multiaddr> addresses, TimeSpan timeToLive)
    {
        var own = Own(peer, addresses);
        lock (_lock) Touch(peer).Identify(own, timeToLive, Now);
    }

    public bool AddCertified(SignedPeerRecord record, TimeSpan timeToLive)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        lock (_lock) return Touch(record.Peer).Certify(record, timeToLive, Now, MaxRecordBytes);
    }

    public IReadOnlyCollection<string> GetProtocols(PeerId peer)
    {
        lock (_lock) return Find(peer)?.Protocols ?? [];
    }

    public void SetProtocols(PeerId peer, IEnumerable<string> protocols)
    {
        ArgumentNullException.ThrowIfNull(protocols);
        if (peer.IsDefault) return;
        var set = Bounded(protocols);
        lock (_lock) Touch(peer).Protocols = Shared(set);
    }

    public void SetProtected(PeerId peer, bool isProtected)
    {
        if (peer.IsDefault) return;
        lock (_lock)
        {
            if (!isProtected && Find(peer) is null) return;
            Touch(peer).IsProtected = isProtected;
            Touch(peer);
        }
    }

    /// <summary>The program the peer runs, as identify told it; null where unknown.</summary>
    public string? GetAgentVersion(PeerId peer)
    {
        lock (_lock) return Find(peer)?.AgentVersion;
    }

    internal void SetAgentVersion(PeerId peer, string agentVersion)
    {
        lock (_lock) Touch(peer).AgentVersion = agentVersion;
    }

    /// <summary>A connected peer is kept as long as any other can go.</summary>
    internal void SetConnected(PeerId peer, bool connected)
    {
        lock (_lock)
        {
            var entry = Touch(peer);
            entry.SetConnected(connected, Now);
            entry.LastSeen = _time.GetUtcNow();
            Touch(peer);
        }
    }

    internal bool Speaks(PeerId peer, string protocol)
    {
        lock (_lock) return Find(peer)?.Protocols.Contains(protocol) == true;
    }

    /// <summary>The address led to the peer: it is tried first next time.</summary>
    internal void MarkGood(PeerId peer, Multiaddr address)
    {
        lock (_lock) Find(peer)?.MarkWorked(address);
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    private PeerEntry? Find(PeerId peer) => _entries.GetValueOrDefault(peer)?.Value;

    /// <summary>The entry of a peer, made where there is none, at the end of the list that it belongs to now.</summary>
    private PeerEntry Touch(PeerId peer)
    {
        if (_entries.TryGetValue(peer, out var node))
        {
            node.List!.Remove(node);
        }
        else
        {
            if (_entries.Count >= _maxPeers) Evict();
            node = new LinkedListNode<PeerEntry>(new PeerEntry(peer, _maxAddresses));
            _entries.Add(peer, node);
        }
        ListOf(node.Value).AddLast(node);
        return node.Value;
    }

    private LinkedList<PeerEntry> ListOf(PeerEntry entry) => entry.IsConnected ? _connected : entry.IsProtected ? _protected : _ordinary;

    private void Evict()
    {
        var victim = _ordinary.First ?? _protected.First ?? _connected.First!;
        victim.List!.Remove(victim);
        _entries.Remove(victim.Value.Peer);
    }

    /// <summary>The addresses that lead to the peer or name nobody, without a trailing <c>/p2p</c>.</summary>
    private static List<Multiaddr> Own(PeerId peer, IEnumerable<Multiaddr> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        return peer.IsDefault ? [] : [.. addresses.Where(address => !address.TryGetPeer(out var named) || named == peer).Select(address => address.WithoutPeer())];
    }

    /// <summary>The same set again where one that speaks the same was the last to tell: most peers run one of a few programs, and the names of its protocols are 2 KiB.</summary>
    private HashSet<string> Shared(HashSet<string> protocols)
    {
        if (!_lastProtocols.SetEquals(protocols)) _lastProtocols = protocols;
        return _lastProtocols;
    }

    private static HashSet<string> Bounded(IEnumerable<string> protocols)
    {
        var set = new HashSet<string>(StringComparer.Ordinal);
        var room = MaxProtocolCharacters;
        foreach (var protocol in protocols)
        {
            if (set.Count == MaxProtocols) break;
            // One name that does not fit must not hide the shorter ones behind it.
            if (protocol.Length <= room && set.Add(protocol)) room -= protocol.Length;
        }
        return set;
    }
}
