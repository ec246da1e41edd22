using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>The servers this node knows, k for each length of common prefix with its own key. Pure: time comes in with each call.</summary>
/// <remarks>
/// A peer that has long been there is likelier to stay than a newcomer, so a full bucket keeps its peers: the least recently seen is
/// pinged (<see cref="TryTakeCheck"/>) and only its silence makes room. This also keeps an attacker with many fresh ids from pushing
/// honest peers out. Only servers belong here: the caller reports nobody else.
/// </remarks>
public sealed class RoutingTable
{
    private readonly KBucket?[] _buckets = new KBucket?[KadDistance.Bits];
    private readonly Queue<PeerId> _checks = new();
    private readonly KademliaOptions _options;
    private readonly KadKey _selfKey;

    public RoutingTable(PeerId self, KademliaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Self = self;
        _selfKey = KadKey.Of(self);
        _options = options;
    }

    public PeerId Self { get; }

    /// <summary>Peers in all buckets; those who wait for a place do not count.</summary>
    public int Count { get; private set; }

    public bool Contains(PeerId peer) => BucketOf(KadKey.Of(peer))?.Contains(peer) ?? false;

    /// <summary>Every peer, nearest bucket last, least recently seen first within a bucket.</summary>
    public IReadOnlyList<RoutingTableEntry> Entries => [.. _buckets.Where(b => b is not null).SelectMany(b => b!.Entries)];

    /// <summary>A server answered us, asked us, or told us that it serves.</summary>
    public TableAdmission OnSeen(DateTimeOffset now, PeerId peer)
    {
        if (peer == Self || peer.IsDefault) return TableAdmission.Refused;
        var key = KadKey.Of(peer);
        var bucket = GetOrAddBucket(key);
        if (bucket.TryRefresh(peer, now)) return TableAdmission.Refreshed;
        if (_options.Diversity is { } diversity && !diversity.MayJoin(peer, [.. bucket.Entries.Select(e => e.Peer)])) return TableAdmission.Refused;
        var entry = new RoutingTableEntry(peer, key, now);
        if (!bucket.IsFull)
        {
            bucket.Add(entry);
            Count++;
            return TableAdmission.Added;
        }

        bucket.Wait(entry);
        var oldest = bucket.Entries[0];
        if (!bucket.CheckUnderWay && now - oldest.LastSeen >= _options.StaleAfter)
        {
            // One check a bucket at a time, so the queue holds at most 256.
            bucket.CheckUnderWay = true;
            _checks.Enqueue(oldest.Peer);
        }
        return TableAdmission.Waiting;
    }

    /// <summary>A known peer was heard of; a peer that has no place is left alone.</summary>
    public void OnHeard(DateTimeOffset now, PeerId peer) => BucketOf(KadKey.Of(peer))?.TryRefresh(peer, now);

    /// <summary>A peer did not answer, or serves no longer: it goes, and the freshest of those who wait takes its place.</summary>
    /// <returns>The peer that took the place, if any, and whether the failed one had one.</returns>
    public (bool Removed, PeerId? Promoted) OnFailed(PeerId peer)
    {
        var bucket = BucketOf(KadKey.Of(peer));
        if (bucket is null || !bucket.Remove(peer)) return (false, null);
        Count--;
        bucket.CheckUnderWay = false;
        if (!bucket.TryTakeWaiting(out var next)) return (true, null);
        bucket.Add(next);
        Count++;
        return (true, next.Peer);
    }

    /// <summary>The ping of a peer from <see cref="TryTakeCheck"/> was answered.</summary>
    public void OnChecked(DateTimeOffset now, PeerId peer)
    {
        var bucket = BucketOf(KadKey.Of(peer));
        if (bucket is null) return;
        bucket.CheckUnderWay = false;
        bucket.TryRefresh(peer, now);
    }

    /// <summary>Takes a peer to ping: answer with <see cref="OnChecked"/> or <see cref="OnFailed"/>.</summary>
    public bool TryTakeCheck(out PeerId peer) => _checks.TryDequeue(out peer);

    /// <summary>The peers nearest to a point, nearest first.</summary>
    public IReadOnlyList<PeerId> Closest(KadKey target, int count, Func<PeerId, bool>? where = null)
    {
        var found = new List<(KadDistance Distance, PeerId Peer)>(Count);
        foreach (var bucket in _buckets)
        {
            if (bucket is null) continue;
            foreach (var entry in bucket.Entries)
            {
                found.Add((entry.Key.DistanceTo(target), entry.Peer));
            }
        }
        found.Sort(static (a, b) => a.Distance.CompareTo(b.Distance));
        var result = new List<PeerId>(Math.Min(count, found.Count));
        foreach (var (_, peer) in found)
        {
            if (result.Count == count) break;
            if (where is null || where(peer)) result.Add(peer);
        }
        return result;
    }

    /// <summary>A lookup of the point ended: its bucket needs no refresh for a while.</summary>
    public void OnLookedUp(DateTimeOffset now, KadKey target)
    {
        var prefix = _selfKey.DistanceTo(target).CommonPrefixLength;
        if (prefix < KadDistance.Bits) GetOrAddBucket(prefix).LastRefreshed = now;
    }

    /// <summary>
    /// The common prefix lengths whose buckets had no lookup for the interval, farthest first, up to one past the nearest bucket that
    /// holds anybody (the lookup of our own key fills the rest).
    /// </summary>
    public IReadOnlyList<int> DueForRefresh(DateTimeOffset now, TimeSpan interval)
    {
        var nearest = Array.FindLastIndex(_buckets, b => b is { Entries.Count: > 0 });
        var last = Math.Min(nearest + 1, _options.MaxRefreshPrefixBits);
        var due = new List<int>();
        for (var prefix = 0; prefix <= last && nearest >= 0; prefix++)
        {
            var bucket = _buckets[prefix];
            if (bucket is null || now - bucket.LastRefreshed >= interval) due.Add(prefix);
        }
        return due;
    }

    private KBucket? BucketOf(KadKey key)
    {
        var prefix = _selfKey.DistanceTo(key).CommonPrefixLength;
        return prefix < KadDistance.Bits ? _buckets[prefix] : null;
    }

    private KBucket GetOrAddBucket(KadKey key) => GetOrAddBucket(_selfKey.DistanceTo(key).CommonPrefixLength);

    private KBucket GetOrAddBucket(int prefix) => _buckets[prefix] ??= new KBucket(_options.BucketSize, _options.ReplacementCacheSize);
}
