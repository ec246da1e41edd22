using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Replica;

/// <summary>The records of one market that brokers keep alike. The replica at slot t is the set of records with expiry at or after t.</summary>
public sealed class RecordReplica
{
    private readonly SortedDictionary<RecordId, (Record Record, Slot Expiry)> _records = [];
    private (long Version, Slot At, RecordId[] Ids)? _sorted;
    private long _version;

    public int Count => _records.Count;

    public bool Contains(RecordId id) => _records.ContainsKey(id);

    public Record? Find(RecordId id) => _records.TryGetValue(id, out var entry) ? entry.Record : null;

    /// <summary>False where it is known already.</summary>
    public bool Add(RecordId id, Record record, Slot expiry)
    {
        if (!_records.TryAdd(id, (record, expiry))) return false;
        _version++;
        return true;
    }

    public void Remove(RecordId id)
    {
        if (_records.Remove(id)) _version++;
    }

    /// <summary>Forgets records that expired before the slot.</summary>
    public void Forget(Slot before)
    {
        foreach (var id in _records.Where(entry => entry.Value.Expiry < before).Select(entry => entry.Key).ToArray()) Remove(id);
    }

    /// <summary>The ids of the replica at a slot, ascending; kept until a record comes or goes.</summary>
    public IReadOnlyList<RecordId> IdsAt(Slot slot)
    {
        if (_sorted is { } sorted && sorted.Version == _version && sorted.At == slot) return sorted.Ids;
        var ids = _records.Where(entry => entry.Value.Expiry >= slot).Select(entry => entry.Key).ToArray();
        _sorted = (_version, slot, ids);
        return ids;
    }
}
