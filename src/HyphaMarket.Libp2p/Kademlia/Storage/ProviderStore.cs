using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia.Storage;

/// <summary>Who provides what, held for the network: bounded in all and for each provider, forgotten after its life. Pure.</summary>
/// <remarks>
/// A full store drops a record of the key farthest from this node, the oldest first: what a lookup would seek here is near us. A
/// provider past its own bound replaces its own oldest record, so one peer alone pushes nobody out. Adding costs a logarithm of what is
/// held and never a walk over it: a full store is what a flood makes.
/// </remarks>
internal sealed class ProviderStore(PeerId self, KademliaOptions options)
{
    private sealed class Held(KeyBytes key, KadDistance distance, ProviderRecord record, long number)
    {
        public KeyBytes Key => key;
        public KadDistance Distance => distance;
        public ProviderRecord Record => record;

        /// <summary>The order of arrival.</summary>
        public long Number => number;
    }

    /// <summary>The record to drop first comes last: of the farthest key, and of that the oldest.</summary>
    private static readonly Comparer<Held> s_dropOrder = Comparer<Held>.Create(static (left, right) =>
        left.Distance.CompareTo(right.Distance) is var byDistance and not 0 ? byDistance : right.Number.CompareTo(left.Number));

    private readonly Dictionary<KeyBytes, List<Held>> _byKey = [];
    private readonly Dictionary<PeerId, List<Held>> _byProvider = [];
    private readonly SortedSet<Held> _byDistance = new(s_dropOrder);

    // All records live equally long, so the order of arrival is that of their ends.
    private readonly SortedSet<Held> _byArrival = new(Comparer<Held>.Create(static (left, right) => left.Number.CompareTo(right.Number)));
    private readonly KadKey _selfKey = KadKey.Of(self);
    private long _arrivals;

    /// <summary>Records of all keys.</summary>
    public int Count => _byArrival.Count;

    /// <summary>A peer says that it provides the key; saying so again extends the record's life.</summary>
    /// <returns>False where the store is full of keys nearer to this node.</returns>
    public bool Add(DateTimeOffset now, ReadOnlyMemory<byte> key, PeerId provider, IReadOnlyList<Multiaddr> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        var id = new KeyBytes(key.ToArray());
        var distance = KadKey.Of(key.Span).DistanceTo(_selfKey);
        if (_byKey.TryGetValue(id, out var known) && known.Find(h => h.Record.Provider == provider) is { } earlier) Remove(earlier);
        if (_byProvider.TryGetValue(provider, out var own) && own.Count >= options.MaxProviderRecordsPerPeer) Remove(own[0]);
        if (Count >= options.MaxProviderRecords && !TryMakeRoom(now, distance)) return false;

        var record = new ProviderRecord(provider, [.. addresses.Take(options.MaxAddressesPerPeer)], now, now + options.ProviderRecordLifetime);
        var held = new Held(id, distance, record, _arrivals++);
        ListOf(_byKey, id).Add(held);
        ListOf(_byProvider, provider).Add(held);
        _byDistance.Add(held);
        _byArrival.Add(held);
        return true;
    }

    /// <summary>Providers of a key, chosen at random where more are known than one answer holds.</summary>
    public IReadOnlyList<ProviderRecord> Get(DateTimeOffset now, ReadOnlyMemory<byte> key, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (!_byKey.TryGetValue(new KeyBytes(key), out var list)) return [];
        var alive = list.Where(h => h.Record.Expires > now).Select(h => h.Record).ToArray();
        if (alive.Length <= options.MaxProvidersPerAnswer) return alive;
        random.Shuffle(alive);
        return alive[..options.MaxProvidersPerAnswer];
    }

    /// <summary>Forgets what is past its life.</summary>
    public void Sweep(DateTimeOffset now)
    {
        while (_byArrival.Min is { } oldest && oldest.Record.Expires <= now) Remove(oldest);
    }

    private bool TryMakeRoom(DateTimeOffset now, KadDistance newcomer)
    {
        Sweep(now);
        if (Count < options.MaxProviderRecords) return true;
        var farthest = _byDistance.Max!;
        // Among equals the older goes: a popular key keeps its freshest providers.
        if (farthest.Distance < newcomer) return false;
        Remove(farthest);
        return true;
    }

    private void Remove(Held held)
    {
        RemoveFrom(_byKey, held.Key, held);
        RemoveFrom(_byProvider, held.Record.Provider, held);
        _byDistance.Remove(held);
        _byArrival.Remove(held);
    }

    private static List<Held> ListOf<TKey>(Dictionary<TKey, List<Held>> index, TKey key) where TKey : notnull
    {
        if (!index.TryGetValue(key, out var list)) index[key] = list = [];
        return list;
    }

    private static void RemoveFrom<TKey>(Dictionary<TKey, List<Held>> index, TKey key, Held held) where TKey : notnull
    {
        var list = index[key];
        list.Remove(held);
        if (list.Count == 0) index.Remove(key);
    }
}
