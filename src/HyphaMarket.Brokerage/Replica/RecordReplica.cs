using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Replica;

/// <summary>The records of one market that brokers keep alike. The replica at slot t is the set of records with expiry at or after t.</summary>
public sealed class RecordReplica
{
    // A Record, or a VerifiedRecord that makes one when it is asked for.
    private readonly Dictionary<RecordId, (object Record, Slot Expiry)> _records = [];
    private readonly SortedDictionary<Slot, HashSet<RecordId>> _byExpiry = [];

    // Sorted once a slot instead of with each record: ids come and go far more often than they are compared.
    private readonly HashSet<RecordId> _added = [];
    private readonly HashSet<RecordId> _removed = [];
    private List<(RecordId Id, Slot Expiry)> _sorted = [];
    private List<(RecordId Id, Slot Expiry)> _spare = [];
    private RecordId[] _ids = [];
    private (Slot At, int Count)? _asked;

    public int Count => _records.Count;

    public bool Contains(RecordId id) => _records.ContainsKey(id);

    public Record? Find(RecordId id) => _records.TryGetValue(id, out var entry) ? entry.Record as Record ?? ((VerifiedRecord)entry.Record).Record : null;

    /// <summary>False where it is known already.</summary>
    public bool Add(VerifiedRecord verified, Slot expiry)
    {
        ArgumentNullException.ThrowIfNull(verified);
        return Add(verified.Id, (object)verified, expiry);
    }

    /// <inheritdoc cref="Add(VerifiedRecord, Slot)"/>
    public bool Add(RecordId id, Record record, Slot expiry) => Add(id, (object)record, expiry);

    private bool Add(RecordId id, object record, Slot expiry)
    {
        if (!_records.TryAdd(id, (record, expiry))) return false;
        if (!_byExpiry.TryGetValue(expiry, out var ids)) _byExpiry.Add(expiry, ids = []);
        ids.Add(id);
        _added.Add(id);
        _asked = null;
        return true;
    }

    public void Remove(RecordId id)
    {
        if (!_records.Remove(id, out var entry)) return;
        var ids = _byExpiry[entry.Expiry];
        ids.Remove(id);
        if (ids.Count == 0) _byExpiry.Remove(entry.Expiry);
        if (!_added.Remove(id)) _removed.Add(id);
        _asked = null;
    }

    /// <summary>Forgets records that expired before the slot.</summary>
    public void Forget(Slot before)
    {
        foreach (var (_, ids) in _byExpiry.TakeWhile(entry => entry.Key < before).ToArray())
        {
            foreach (var id in ids.ToArray()) Remove(id);
        }
    }

    /// <summary>The ids of the replica at a slot, ascending.</summary>
    public IReadOnlyList<RecordId> IdsAt(Slot slot) => ViewAt(slot).ToArray();

    /// <summary>The same without a copy: it holds until a record comes or goes, or another slot is asked for.</summary>
    internal ReadOnlySpan<RecordId> ViewAt(Slot slot)
    {
        if (_asked is { } asked && asked.At == slot) return _ids.AsSpan(0, asked.Count);
        Sort();
        if (_ids.Length < _sorted.Count) _ids = new RecordId[Math.Max(_sorted.Count, 2 * _ids.Length)];
        var count = 0;
        foreach (var (id, expiry) in _sorted)
        {
            if (expiry >= slot) _ids[count++] = id;
        }

        _asked = (slot, count);
        return _ids.AsSpan(0, count);
    }

    /// <summary>Merges what was added since the last time, and drops what went.</summary>
    private void Sort()
    {
        if (_added.Count + _removed.Count == 0) return;
        var added = _added.ToArray();
        Array.Sort(added);
        // Two lists take turns: a replica is sorted often, and is large.
        var (merged, next) = (_spare, 0);
        merged.Clear();
        foreach (var kept in _sorted)
        {
            // One that went and came again is in all three.
            if (_removed.Count > 0 && _removed.Contains(kept.Id)) continue;
            while (next < added.Length && added[next] < kept.Id) Take(added[next++]);
            merged.Add(kept);
        }

        while (next < added.Length) Take(added[next++]);
        (_sorted, _spare) = (merged, _sorted);
        _added.Clear();
        _removed.Clear();

        void Take(RecordId id) => merged.Add((id, _records[id].Expiry));
    }
}
