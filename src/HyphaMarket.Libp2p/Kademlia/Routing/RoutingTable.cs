using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>The servers this node knows, k for each length of common prefix with its own key. Pure: time comes in with each call.</summary>
/// <remarks>
/// A peer that has long been there is likelier to stay than a newcomer, so a full bucket keeps its peers: the least recently seen is
/// pinged (<see cref="TryTakeCheck"/>) and only its silence makes room. This also keeps an attacker with many fresh ids from pushing
/// honest peers out. One who was there first is held off in two ways: at most a few peers of one network have places, and some
/// places of each bucket are for peers that the bootstrap peers lead to. Only servers belong here: the caller reports nobody else.
/// </remarks>
internal sealed class RoutingTable
{
    private readonly KBucket?[] _buckets = new KBucket?[KadDistance.Bits];
    private readonly Dictionary<NetworkPrefix, int> _prefixes = [];
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

    /// <summary>Peers in all buckets, suspects too; those who wait for a place do not count.</summary>
    public int Count { get; private set; }

    /// <summary>Peers that have not failed since they last answered.</summary>
    public int LiveCount => Count - _buckets.Sum(b => b?.Entries.Count(e => e.IsSuspect) ?? 0);

    public bool Contains(PeerId peer) => BucketOf(KadKey.Of(peer))?.TryGet(peer, out _) ?? false;

    /// <summary>Every peer, nearest bucket last, least recently seen first within a bucket.</summary>
    public IReadOnlyList<RoutingTableEntry> Entries => [.. _buckets.Where(b => b is not null).SelectMany(b => b!.Entries)];

    /// <summary>A server answered us or told us that it serves.</summary>
    /// <param name="prefix">The network it was met at; null where that does not count.</param>
    public TableAdmission OnSeen(DateTimeOffset now, PeerId peer, NetworkPrefix? prefix = null) => OnSeen(now, peer, prefix, isVouched: false, out _);

    /// <summary>The same for a server that a lookup from the bootstrap peers alone may have found.</summary>
    /// <param name="isVouched">It was: where few of its bucket were, it displaces the newest that was not.</param>
    /// <param name="displaced">Who lost its place to the peer and waits now.</param>
    public TableAdmission OnSeen(DateTimeOffset now, PeerId peer, NetworkPrefix? prefix, bool isVouched, out PeerId? displaced)
    {
        displaced = null;
        if (peer == Self || peer.IsDefault) return TableAdmission.Refused;
        var key = KadKey.Of(peer);
        var bucket = GetOrAddBucket(key);
        if (bucket.TryGet(peer, out var known))
        {
            bucket.Refresh(known with { LastSeen = now, Failures = 0, IsVouched = known.IsVouched || isVouched });
            return TableAdmission.Refreshed;
        }
        if (IsCrowded(bucket, prefix)) return TableAdmission.Refused;
        var entry = new RoutingTableEntry(peer, key, now) { FirstSeen = now, Prefix = prefix, IsVouched = isVouched };
        if (bucket.IsFull && isVouched && bucket.NewestUnvouched() is { } newest)
        {
            Remove(bucket, newest.Peer);
            bucket.Wait(newest);
            displaced = newest.Peer;
        }
        if (!bucket.IsFull)
        {
            Add(bucket, entry);
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

    /// <summary>A known peer was heard of; a peer that has no place is left alone. To ask is not to answer, so a suspect stays one.</summary>
    public void OnHeard(DateTimeOffset now, PeerId peer)
    {
        if (BucketOf(KadKey.Of(peer)) is { } bucket && bucket.TryGet(peer, out var known)) bucket.Refresh(known with { LastSeen = now });
    }

    /// <summary>
    /// A peer did not answer. At first it becomes a suspect; after <see cref="KademliaOptions.MaxFailures"/> failures in a row it goes,
    /// and the freshest of those who wait takes its place.
    /// </summary>
    /// <remarks>Failures within one <see cref="KademliaOptions.SuspectCheckInterval"/> count once: a short outage fails many requests at a time.</remarks>
    /// <returns>Whether the peer lost its place, and the peer that took it.</returns>
    public (bool Removed, PeerId? Promoted) OnFailed(DateTimeOffset now, PeerId peer)
    {
        var bucket = BucketOf(KadKey.Of(peer));
        if (bucket is null || !bucket.TryGet(peer, out var known)) return (false, null);
        bucket.CheckUnderWay = false;
        if (known.IsSuspect && now - known.LastFailure < _options.SuspectCheckInterval) return (false, null);
        if (known.Failures + 1 >= _options.MaxFailures) return OnLeft(peer);
        bucket.Update(known with { Failures = known.Failures + 1, LastFailure = now });
        return (false, null);
    }

    /// <summary>A peer serves no longer: it goes at once, and the freshest of those who wait takes its place.</summary>
    public (bool Removed, PeerId? Promoted) OnLeft(PeerId peer)
    {
        var bucket = BucketOf(KadKey.Of(peer));
        if (bucket is null || !Remove(bucket, peer)) return (false, null);
        bucket.CheckUnderWay = false;
        if (!bucket.TryTakeWaiting(e => !IsCrowded(bucket, e.Prefix), out var next)) return (true, null);
        Add(bucket, next);
        return (true, next.Peer);
    }

    /// <summary>The ping of a peer from <see cref="TryTakeCheck"/> or <see cref="SuspectsToCheck"/> was answered.</summary>
    public void OnChecked(DateTimeOffset now, PeerId peer)
    {
        var bucket = BucketOf(KadKey.Of(peer));
        if (bucket is null) return;
        bucket.CheckUnderWay = false;
        if (bucket.TryGet(peer, out var known)) bucket.Refresh(known with { LastSeen = now, Failures = 0 });
    }

    /// <summary>Takes a peer to ping: answer with <see cref="OnChecked"/> or <see cref="OnFailed"/>.</summary>
    public bool TryTakeCheck(out PeerId peer) => _checks.TryDequeue(out peer);

    /// <summary>The suspects whose next ping is due.</summary>
    public IReadOnlyList<PeerId> SuspectsToCheck(DateTimeOffset now) =>
        [.. Suspects.Where(e => now - e.LastFailure >= _options.SuspectCheckInterval).Select(e => e.Peer)];

    /// <summary>When the next suspect is due to be pinged, or null where there is none.</summary>
    public DateTimeOffset? NextSuspectCheck =>
        Suspects.Select(e => (DateTimeOffset?)e.LastFailure).Min() is { } earliest ? earliest + _options.SuspectCheckInterval : null;

    /// <summary>The peers nearest to a point, nearest first, at most <paramref name="count"/>.</summary>
    /// <param name="except">A peer to leave out; the default value leaves out nobody.</param>
    /// <param name="suspects">Whether to count suspects too, which is wise only where there is nobody else.</param>
    public IReadOnlyList<PeerId> Closest(KadKey target, int count, PeerId except = default, bool suspects = false)
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
                if (entry.Peer == except || (entry.IsSuspect && !suspects)) continue;
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

    private IEnumerable<RoutingTableEntry> Suspects => _buckets.Where(b => b is not null).SelectMany(b => b!.Entries).Where(e => e.IsSuspect);

    private bool IsCrowded(KBucket bucket, NetworkPrefix? prefix) =>
        bucket.IsCrowdedBy(prefix) || (prefix is { } network && _prefixes.GetValueOrDefault(network) >= _options.MaxPeersPerPrefix);

    private void Add(KBucket bucket, RoutingTableEntry entry)
    {
        bucket.Add(entry);
        Count++;
        if (entry.Prefix is { } prefix) _prefixes[prefix] = _prefixes.GetValueOrDefault(prefix) + 1;
    }

    private bool Remove(KBucket bucket, PeerId peer)
    {
        var found = bucket.TryGet(peer, out var entry);
        bucket.Remove(peer);
        if (!found) return false;
        Count--;
        if (entry.Prefix is { } prefix && --_prefixes[prefix] == 0) _prefixes.Remove(prefix);
        return true;
    }

    private KBucket? BucketOf(KadKey key)
    {
        var prefix = _selfKey.DistanceTo(key).CommonPrefixLength;
        return prefix < KadDistance.Bits ? _buckets[prefix] : null;
    }

    private KBucket GetOrAddBucket(KadKey key) => GetOrAddBucket(_selfKey.DistanceTo(key).CommonPrefixLength);

    private KBucket GetOrAddBucket(int prefix) => _buckets[prefix] ??= new KBucket(_options);
}
