using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>The peers at one distance range: at most k, least recently seen first, and a bounded queue of those who wait for a place.</summary>
internal sealed class KBucket(KademliaOptions options)
{
    private readonly List<RoutingTableEntry> _entries = [];
    private readonly List<RoutingTableEntry> _waiting = [];

    public List<RoutingTableEntry> Entries => _entries;
    public bool IsFull => _entries.Count >= options.BucketSize;
    public DateTimeOffset LastRefreshed { get; set; } = DateTimeOffset.MinValue;

    /// <summary>Set while the least recently seen peer is being pinged on behalf of those who wait.</summary>
    public bool CheckUnderWay { get; set; }

    public bool TryGet(PeerId peer, out RoutingTableEntry entry)
    {
        var index = IndexOf(_entries, peer);
        entry = index < 0 ? default : _entries[index];
        return index >= 0;
    }

    /// <summary>Whether so many peers of the network have a place that no other of it may have one.</summary>
    public bool IsCrowdedBy(NetworkPrefix? prefix) =>
        prefix is not null && _entries.Count(e => e.Prefix == prefix) >= options.MaxPeersPerPrefixInBucket;

    /// <summary>Replaces a peer's entry and moves it to the most recently seen end.</summary>
    public void Refresh(RoutingTableEntry entry)
    {
        _entries.RemoveAt(IndexOf(_entries, entry.Peer));
        _entries.Add(entry);
    }

    /// <summary>Replaces a peer's entry where it stands.</summary>
    public void Update(RoutingTableEntry entry) => _entries[IndexOf(_entries, entry.Peer)] = entry;

    public void Add(RoutingTableEntry entry)
    {
        RemoveFrom(_waiting, entry.Peer);
        _entries.Add(entry);
    }

    /// <summary>Queues a peer for a place; when the queue is full the one that waits longest without being seen goes, first of its own network.</summary>
    public void Wait(RoutingTableEntry entry)
    {
        if (options.ReplacementCacheSize == 0) return;
        RemoveFrom(_waiting, entry.Peer);
        if (entry.Prefix is { } prefix && _waiting.Count(e => e.Prefix == prefix) >= options.MaxPeersPerPrefixInBucket)
        {
            _waiting.RemoveAt(_waiting.FindIndex(e => e.Prefix == prefix));
        }
        if (_waiting.Count >= options.ReplacementCacheSize) _waiting.RemoveAt(0);
        _waiting.Add(entry);
    }

    /// <summary>Removes a peer from its place or from the queue; true if it had a place.</summary>
    public bool Remove(PeerId peer)
    {
        RemoveFrom(_waiting, peer);
        return RemoveFrom(_entries, peer);
    }

    /// <summary>Takes the most recently seen of those who wait and may join: it is the likeliest to be alive.</summary>
    public bool TryTakeWaiting(Predicate<RoutingTableEntry> mayJoin, out RoutingTableEntry entry)
    {
        var index = _waiting.FindLastIndex(mayJoin);
        entry = index < 0 ? default : _waiting[index];
        if (index >= 0) _waiting.RemoveAt(index);
        return index >= 0;
    }

    /// <summary>The newest peer nobody vouched for, which has to make room for one that is vouched for; null where enough are.</summary>
    public RoutingTableEntry? NewestUnvouched()
    {
        if (_entries.Count(e => e.IsVouched) >= options.VouchedPlaces) return null;
        RoutingTableEntry? newest = null;
        foreach (var entry in _entries)
        {
            if (!entry.IsVouched && (newest is not { } known || entry.FirstSeen > known.FirstSeen)) newest = entry;
        }
        return newest;
    }

    private static bool RemoveFrom(List<RoutingTableEntry> list, PeerId peer)
    {
        var index = IndexOf(list, peer);
        if (index < 0) return false;
        list.RemoveAt(index);
        return true;
    }

    private static int IndexOf(List<RoutingTableEntry> list, PeerId peer)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Peer == peer) return i;
        }
        return -1;
    }
}
