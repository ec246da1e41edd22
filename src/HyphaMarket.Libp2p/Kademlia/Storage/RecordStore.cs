using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Routing;

namespace HyphaMarket.Libp2p.Kademlia.Storage;

/// <summary>Value records held for the network: validated, the better of two kept, bounded, forgotten after their life. Pure.</summary>
/// <remarks>
/// A full store drops the record whose key is farthest from this node: what a lookup would seek here is near us, and to push it out
/// one would have to grind keys nearer still. Putting costs a logarithm of what is held and never a walk over it: a full store is
/// what a flood makes.
/// </remarks>
internal sealed class RecordStore(PeerId self, KademliaOptions options, RecordValidators validators)
{
    private sealed record Held(KeyBytes Key, KadDistance Distance, StoredRecord Record, long Number);

    private readonly Dictionary<KeyBytes, Held> _records = [];

    // Different keys have different distances: else SHA-256 would have collided.
    private readonly SortedSet<Held> _byDistance = new(Comparer<Held>.Create(static (left, right) => left.Distance.CompareTo(right.Distance)));

    // All records live equally long, so the order of arrival is that of their ends.
    private readonly SortedSet<Held> _byArrival = new(Comparer<Held>.Create(static (left, right) => left.Number.CompareTo(right.Number)));
    private readonly KadKey _selfKey = KadKey.Of(self);
    private long _arrivals;

    public int Count => _records.Count;

    public RecordPut Put(DateTimeOffset now, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        if (key.Length > options.MaxKeyBytes || value.Length > options.MaxValueBytes) return RecordPut.Invalid;
        if (validators.Find(key.Span) is not { } validator) return RecordPut.UnknownNamespace;
        if (!validator.IsValid(key.Span, value.Span)) return RecordPut.Invalid;

        var id = new KeyBytes(key.ToArray());
        Sweep(now);
        var known = _records.GetValueOrDefault(id);
        if (known is not null && !known.Record.Value.Span.SequenceEqual(value.Span) && !validators.IsBetter(key.Span, value, known.Record.Value))
        {
            return RecordPut.Worse;
        }
        var distance = KadKey.Of(key.Span).DistanceTo(_selfKey);
        if (known is not null) Remove(known);
        else if (_records.Count >= options.MaxValueRecords && !TryMakeRoom(distance)) return RecordPut.Full;
        var held = new Held(id, distance, new StoredRecord(id.Bytes, value.ToArray(), now, now + options.ValueRecordLifetime), _arrivals++);
        _records.Add(id, held);
        _byDistance.Add(held);
        _byArrival.Add(held);
        return RecordPut.Stored;
    }

    /// <summary>The record of a key, or null where there is none or its life is over.</summary>
    public StoredRecord? Get(DateTimeOffset now, ReadOnlyMemory<byte> key) =>
        _records.TryGetValue(new KeyBytes(key), out var held) && held.Record.Expires > now ? held.Record : null;

    /// <summary>Forgets what is past its life.</summary>
    public void Sweep(DateTimeOffset now)
    {
        while (_byArrival.Min is { } oldest && oldest.Record.Expires <= now) Remove(oldest);
    }

    private bool TryMakeRoom(KadDistance newcomer)
    {
        var farthest = _byDistance.Max!;
        if (farthest.Distance <= newcomer) return false;
        Remove(farthest);
        return true;
    }

    private void Remove(Held held)
    {
        _records.Remove(held.Key);
        _byDistance.Remove(held);
        _byArrival.Remove(held);
    }
}
