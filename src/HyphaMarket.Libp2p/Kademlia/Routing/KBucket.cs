using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>The peers at one distance range: at most k, least recently seen first, and a bounded queue of those who wait for a place.</summary>
internal sealed class KBucket(int capacity, int waitingCapacity)
{
    private readonly List<RoutingTableEntry> _entries = [];
    private readonly List<RoutingTableEntry> _waiting = [];

    public List<RoutingTableEntry> Entries => _entries;
    public bool IsFull => _entries.Count >= capacity;
    public DateTimeOffset LastRefreshed { get; set; } = DateTimeOffset.MinValue;

    /// <summary>Set while the least recently seen peer is being pinged on behalf of those who wait.</summary>
    public bool CheckUnderWay { get; set; }

    public bool Contains(PeerId peer) => IndexOf(_entries, peer) >= 0;

    /// <summary>Moves a peer to the most recently seen end.</summary>
    public bool TryRefresh(PeerId peer, DateTimeOffset now)
    {
        var index = IndexOf(_entries, peer);
        if (index < 0) return false;
        var entry = _entries[index];
        _entries.RemoveAt(index);
        _entries.Add(entry with { LastSeen = now });
        return true;
    }

    public void Add(RoutingTableEntry entry)
    {
        RemoveFrom(_waiting, entry.Peer);
        _entries.Add(entry);
    }

    /// <summary>Queues a peer for a place; the one that waits longest without being seen goes when the queue is full.</summary>
    public void Wait(RoutingTableEntry entry)
    {
        if (waitingCapacity == 0) return;
        RemoveFrom(_waiting, entry.Peer);
        if (_waiting.Count >= waitingCapacity) _waiting.RemoveAt(0);
        _waiting.Add(entry);
    }

    /// <summary>Removes a peer from its place or from the queue; true if it had a place.</summary>
    public bool Remove(PeerId peer)
    {
        RemoveFrom(_waiting, peer);
        return RemoveFrom(_entries, peer);
    }

    /// <summary>Takes the most recently seen of those who wait: it is the likeliest to be alive.</summary>
    public bool TryTakeWaiting(out RoutingTableEntry entry)
    {
        entry = default;
        if (_waiting.Count == 0) return false;
        entry = _waiting[^1];
        _waiting.RemoveAt(_waiting.Count - 1);
        return true;
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
