namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>Estimates the number of servers from the distances of the k closest peers that lookups found; counts them below k.</summary>
/// <remarks>
/// Hashes spread N servers evenly, so around a key they lie like a Poisson process of rate N per unit of the space, and the k-th distance d
/// says all that the k distances say. (K - 1) / D, K being the sum of the k and D the sum of the d of lookups of different keys, is
/// the unbiased estimate of N. A key counts once, since looking it up again sees the same peers. The figure told is steady: it follows
/// the estimate only where that has left the figure by more than its own standard error, since less says nothing.
/// </remarks>
internal sealed class NetworkSize(KademliaOptions options)
{
    private readonly record struct Sample(KadKey Target, DateTimeOffset At, int Peers, double Distance);

    // Oldest first; at most MaxSizeSamples.
    private readonly List<Sample> _samples = [];
    private double? _steady;

    /// <summary>A lookup converged.</summary>
    /// <param name="target">The point that was looked up.</param>
    /// <param name="closest">Distances of the peers that answered, ascending, at most k.</param>
    /// <param name="self">This node's own distance where it serves; it is one of the network's servers too.</param>
    public void OnLookup(DateTimeOffset now, KadKey target, IReadOnlyList<KadDistance> closest, KadDistance? self)
    {
        ArgumentNullException.ThrowIfNull(closest);
        var distances = closest.ToList();
        if (self is { } own) distances.Add(own);
        distances.Sort();
        if (distances.Count > options.BucketSize) distances.RemoveRange(options.BucketSize, distances.Count - options.BucketSize);
        _samples.RemoveAll(s => s.Target == target || now - s.At >= options.SizeSampleLifetime);
        if (_samples.Count >= options.MaxSizeSamples) _samples.RemoveAt(0);
        _samples.Add(new Sample(target, now, distances.Count, distances.Count == 0 ? 0 : distances[^1].Fraction));
        var raw = Raw(now)!.Value;
        var standardError = raw.Servers / Math.Sqrt((double)raw.Samples * options.BucketSize);
        if (raw.IsExact) _steady = null;
        else if (_steady is not { } told || Math.Abs(raw.Servers - told) > standardError) _steady = raw.Servers;
    }

    /// <summary>The present estimate, or null before the first lookup (or after all of them are too old).</summary>
    public NetworkSizeEstimate? Estimate(DateTimeOffset now) =>
        Raw(now) is { IsExact: false } raw && _steady is { } steady ? raw with { Servers = steady } : Raw(now);

    private NetworkSizeEstimate? Raw(DateTimeOffset now)
    {
        var alive = _samples.Where(s => now - s.At < options.SizeSampleLifetime).ToList();
        if (alive.Count == 0) return null;
        var newest = alive[^1];
        // Fewer than k in a converged lookup are all there are.
        if (newest.Peers < options.BucketSize) return new NetworkSizeEstimate(newest.Peers, IsExact: true, Samples: 1);
        var full = alive.Where(s => s.Peers >= options.BucketSize).ToList();
        var distance = full.Sum(s => s.Distance);
        var servers = distance > 0 ? (full.Sum(s => s.Peers) - 1) / distance : newest.Peers;
        // k servers answered, so there are at least k, whatever the statistics say.
        return new NetworkSizeEstimate(Math.Max(servers, options.BucketSize), IsExact: false, full.Count);
    }
}
