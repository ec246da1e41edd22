using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Routing;

namespace HyphaMarket.Libp2p.Kademlia.Storage;

/// <summary>Value records held for the network: validated, the better of two kept, bounded, forgotten after their life. Pure.</summary>
/// <remarks>
/// A full store drops the record whose key is farthest from this node: what a lookup would seek here is near us, and to push it out
/// one would have to grind keys nearer still.
/// </remarks>
public sealed class RecordStore(PeerId self, KademliaOptions options, RecordValidators validators)
{
    private readonly record struct Held(StoredRecord Record, KadDistance Distance);

    private readonly Dictionary<KeyBytes, Held> _records = [];
    private readonly KadKey _selfKey = KadKey.Of(self);

    public int Count => _records.Count;

    public RecordPut Put(DateTimeOffset now, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        if (key.Length > options.MaxKeyBytes || value.Length > options.MaxValueBytes) return RecordPut.Invalid;
        if (validators.Find(key.Span) is not { } validator) return RecordPut.UnknownNamespace;
        if (!validator.IsValid(key.Span, value.Span)) return RecordPut.Invalid;

        var id = new KeyBytes(key.ToArray());
        var current = Get(now, key);
        if (current is not null && !current.Value.Span.SequenceEqual(value.Span) && !validators.IsBetter(key.Span, value, current.Value))
        {
            return RecordPut.Worse;
        }
        var distance = KadKey.Of(key.Span).DistanceTo(_selfKey);
        if (current is null && _records.Count >= options.MaxValueRecords && !TryMakeRoom(now, distance)) return RecordPut.Full;
        _records[id] = new Held(new StoredRecord(id.Bytes, value.ToArray(), now, now + options.ValueRecordLifetime), distance);
        return RecordPut.Stored;
    }

    /// <summary>The record of a key, or null where there is none or its life is over.</summary>
    public StoredRecord? Get(DateTimeOffset now, ReadOnlyMemory<byte> key) =>
        _records.TryGetValue(new KeyBytes(key), out var held) && held.Record.Expires > now ? held.Record : null;

    /// <summary>Forgets what is past its life.</summary>
    public void Sweep(DateTimeOffset now)
    {
        foreach (var (key, held) in _records.ToList())
        {
            if (held.Record.Expires <= now) _records.Remove(key);
        }
    }

    private bool TryMakeRoom(DateTimeOffset now, KadDistance newcomer)
    {
        Sweep(now);
        if (_records.Count < options.MaxValueRecords) return true;
        var farthest = _records.MaxBy(r => r.Value.Distance);
        if (farthest.Value.Distance <= newcomer) return false;
        return _records.Remove(farthest.Key);
    }
}
