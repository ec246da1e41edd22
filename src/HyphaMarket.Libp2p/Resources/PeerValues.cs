using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Resources;

/// <summary>What protocols think of peers: tags with weights, of which some decay, and protections. Bounded; safe for use by many threads.</summary>
internal sealed class PeerValues(int maxPeers)
{
    /// <summary>Tags of one peer; a handful of protocols set one or two each.</summary>
    public const int MaxTags = 32;

    /// <summary>The value of a protected peer: above every sum of weights.</summary>
    public const double Protected = double.PositiveInfinity;

    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, Entry> _entries = [];

    /// <summary>Sets a tag in place of one of the same name.</summary>
    /// <param name="halfLife">After this time half of the weight is left; null for a weight that stays until it is taken away.</param>
    /// <exception cref="InvalidOperationException">The peer has too many tags.</exception>
    public void Tag(PeerId peer, string tag, int weight, TimeSpan? halfLife, TimeSpan now)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        if (halfLife is { } given) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(given, TimeSpan.Zero, nameof(halfLife));
        lock (_lock)
        {
            var entry = Touch(peer, now);
            if (entry.Tags.Count >= MaxTags && !entry.Tags.ContainsKey(tag)) throw new InvalidOperationException($"A peer can have {MaxTags} tags.");
            entry.Tags[tag] = new Weight(weight, halfLife, now);
        }
    }

    public void Untag(PeerId peer, string tag)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(peer, out var entry)) return;
            entry.Tags.Remove(tag);
            Prune(peer, entry);
        }
    }

    /// <exception cref="InvalidOperationException">The peer has too many protections.</exception>
    public void Protect(PeerId peer, string tag, TimeSpan now)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        lock (_lock)
        {
            var entry = Touch(peer, now);
            if (entry.Protections.Count >= MaxTags && !entry.Protections.Contains(tag)) throw new InvalidOperationException($"A peer can have {MaxTags} protections.");
            entry.Protections.Add(tag);
        }
    }

    /// <returns>True where the peer is protected by another tag yet.</returns>
    public bool Unprotect(PeerId peer, string tag)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(peer, out var entry)) return false;
            entry.Protections.Remove(tag);
            Prune(peer, entry);
            return entry.Protections.Count > 0;
        }
    }

    /// <summary>The sum of a peer's weights; <see cref="Protected"/> for a protected one, zero for a stranger.</summary>
    public double ValueOf(PeerId peer, TimeSpan now)
    {
        lock (_lock) return _entries.TryGetValue(peer, out var entry) ? entry.Value(now) : 0;
    }

    private Entry Touch(PeerId peer, TimeSpan now)
    {
        if (_entries.TryGetValue(peer, out var entry)) return entry;
        if (_entries.Count >= maxPeers)
        {
            // Whoever is protected stays, unless all are.
            _entries.Remove(_entries.MinBy(known => known.Value.Value(now)).Key);
        }
        entry = new Entry();
        _entries.Add(peer, entry);
        return entry;
    }

    private void Prune(PeerId peer, Entry entry)
    {
        if (entry.Tags.Count == 0 && entry.Protections.Count == 0) _entries.Remove(peer);
    }

    private readonly record struct Weight(int Given, TimeSpan? HalfLife, TimeSpan Since);

    private sealed class Entry
    {
        public Dictionary<string, Weight> Tags { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Protections { get; } = new(StringComparer.Ordinal);

        public double Value(TimeSpan now)
        {
            if (Protections.Count > 0) return Protected;
            var sum = 0.0;
            foreach (var weight in Tags.Values) sum += weight.HalfLife is { } half ? weight.Given * Math.Pow(2, -((now - weight.Since) / half)) : weight.Given;
            return sum;
        }
    }
}
