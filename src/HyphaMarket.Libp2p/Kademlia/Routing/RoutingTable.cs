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

    /// <summary>The peers nearest to a point, nearest first, at most <paramref name="count"/>.</summary>
    /// <param name="except">A peer to leave out; the default value leaves out nobody.</param>
    public IReadOnlyList<PeerId> Closest(KadKey target, int count, PeerId except = default)
    {
        // Every answer to every query runs through here. One pass with an insertion among the best so far is quicker than sorting the
        // whole table, of which most entries are rejected by their first comparison.
        var best = new List<(KadDistance Distance, PeerId Peer)>(Math.Min(count, Count) + 1);
        foreach (var bucket in _buckets)
        {
            if (bucket is null) continue;
            foreach (var entry in bucket.Entries)
            {
                var distance = entry.Key.DistanceTo(target);
                if (best.Count == count && (count == 0 || distance >= best[^1].Distance)) continue;
                if (entry.Peer == except) continue;
                var place = best.Count;
                while (place > 0 && best[place - 1].Distance > distance) place--;
                best.Insert(place, (distance, entry.Peer));
                if (best.Count > count) best.RemoveAt(count);
            }
        }
        return [.. best.Select(b => b.Peer)];
    }

    /// <summary>A lookup of the point ended: its bucket needs no refresh for a while.</summary>
    public void OnLookedUp(DateTimeOffset now, KadKey target)
    {
        var prefix = _selfKey.DistanceTo(target).CommonPrefixLength;
        if (prefix < KadDistance.Bits) GetOrAddBucket(prefix).LastRefreshed = now;
    }

    /// <summary>The common prefix lengths whose buckets had no lookup for the interval, farthest first.</summary>
    /// <remarks>
    /// Only buckets that the lookup of our own key does not fill: our k nearest peers come from that, so nothing nearer than the bucket
    /// that completes them is due.
    /// </remarks>
    public IReadOnlyList<int> DueForRefresh(DateTimeOffset now, TimeSpan interval)
    {
        var due = new List<int>();
        if (Count == 0) return due;
        var last = KadDistance.Bits - 1;
        for (var nearer = 0; last > 0; last--)
        {
            nearer += _buckets[last]?.Entries.Count ?? 0;
            if (nearer >= _options.BucketSize) break;
        }
        for (var prefix = 0; prefix <= Math.Min(last, _options.MaxRefreshPrefixBits); prefix++)
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
