using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Replica;

/// <summary>The records of one market that brokers keep alike. The replica at slot t is the set of records with expiry at or after t.</summary>
/// <remarks>Offers lie in the market's store: the replica is told which come and go, and finds them there. All else it keeps itself.</remarks>
/// <param name="offers">Null for none.</param>
public sealed class RecordReplica(ISignedOffers? offers = null)
{
    // A Record, or a VerifiedRecord that makes one when it is asked for.
    private readonly Dictionary<RecordId, (object Record, Slot Expiry)> _records = [];
    private readonly SortedDictionary<Slot, Expiring> _byExpiry = [];

    /// <summary>The list that was added to last: many records end with one slot.</summary>
    private (Slot Expiry, Expiring? Ids) _lastExpiry;

    // Sorted once a slot instead of with each record: ids come and go far more often than they are compared. What went is still in the sorted list, or in this, until then.
    private readonly List<RecordId> _added = [];
    private readonly List<RecordId> _removed = [];
    private List<(RecordId Id, Slot Expiry)> _sorted = [];
    private List<(RecordId Id, Slot Expiry)> _spare = [];
    private RecordId[] _ids = [];
    private (Slot At, int Count)? _asked;

    /// <summary>What expired before this went, and as of when the sorted list leaves such out.</summary>
    private Slot _forgotten = new(long.MinValue);
    private Slot _sortedAsOf = new(long.MinValue);

    /// <summary>Ids of records that went are dropped from a list where they are more than those that are here, and so many.</summary>
    private const int Slack = 64;

    public int Count => _records.Count + (offers?.SignedCount ?? 0);

    /// <summary>Ids in lists, those of records that went too.</summary>
    internal int Held => _added.Count + _removed.Count + _byExpiry.Values.Sum(expiring => expiring.Ids.Count);

    public bool Contains(RecordId id) => _records.ContainsKey(id) || offers?.FindSigned(id) is not null;

    public Record? Find(RecordId id)
    {
        if (offers?.FindSigned(id) is { } offer) return offer.Record;
        return _records.TryGetValue(id, out var entry) ? entry.Record as Record ?? ((VerifiedRecord)entry.Record).Record : null;
    }

    /// <summary>An offer that was not here lies in the store now.</summary>
    public void OnKept(RecordId offer) => NoteAdded(offer);

    /// <summary>An offer that was here had to leave the store, though it has not ended.</summary>
    public void OnDropped(RecordId offer) => NoteRemoved(offer);

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
        ExpiringWith(expiry).Add(id, this);
        NoteAdded(id);
        return true;
    }

    public void Remove(RecordId id)
    {
        if (!_records.Remove(id, out var entry)) return;
        _byExpiry[entry.Expiry].Count--;
        NoteRemoved(id);
    }

    /// <summary>Forgets records that expired before the slot, as the store does.</summary>
    public void Forget(Slot before)
    {
        if (before > _forgotten) (_forgotten, _asked) = (before, null);
        foreach (var (expiry, expiring) in _byExpiry.TakeWhile(entry => entry.Key < before).ToArray())
        {
            foreach (var id in expiring.Ids)
            {
                // One that went may have come again with another expiry.
                if (_records.TryGetValue(id, out var entry) && entry.Expiry == expiry) Remove(id);
            }

            _byExpiry.Remove(expiry);
            if (_lastExpiry.Expiry == expiry) _lastExpiry = default;
        }
    }

    /// <summary>The ids of the replica at a slot, ascending.</summary>
    public RecordId[] IdsAt(Slot slot) => ViewAt(slot).ToArray();

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

    private void NoteAdded(RecordId id)
    {
        _added.Add(id);
        // Where nobody compares, nobody sorts.
        if (_added.Count > (2 * Count) + Slack) Sort();
        _asked = null;
    }

    private void NoteRemoved(RecordId id)
    {
        _removed.Add(id);
        if (_removed.Count > (2 * Count) + Slack) Sort();
        _asked = null;
    }

    private Slot? ExpiryOf(RecordId id) => offers?.FindSigned(id) is { } offer ? offer.Offer.LastSlot : _records.TryGetValue(id, out var entry) ? entry.Expiry : null;

    private Expiring ExpiringWith(Slot expiry)
    {
        if (_lastExpiry.Ids is { } last && _lastExpiry.Expiry == expiry) return last;
        if (!_byExpiry.TryGetValue(expiry, out var ids)) _byExpiry.Add(expiry, ids = new Expiring(expiry));
        _lastExpiry = (expiry, ids);
        return ids;
    }

    /// <summary>Merges what was added since the last time, and drops what went.</summary>
    private void Sort()
    {
        if (_added.Count == 0 && _removed.Count == 0 && _forgotten == _sortedAsOf) return;
        _sortedAsOf = _forgotten;
        // What went before anybody asked need not be sorted in.
        _added.RemoveAll(id => ExpiryOf(id) is null);
        _added.Sort();
        _removed.Sort();
        // Two lists take turns: a replica is sorted often, and is large.
        var (merged, next, gone) = (_spare, 0, 0);
        merged.Clear();
        foreach (var kept in _sorted)
        {
            for (; next < _added.Count && _added[next] < kept.Id; next++) Take(_added[next]);
            while (gone < _removed.Count && _removed[gone] < kept.Id) gone++;
            // One that went and came again is among the added.
            if (gone < _removed.Count && _removed[gone] == kept.Id) continue;
            // Offers that ended went without a word.
            if (kept.Expiry >= _forgotten || ExpiryOf(kept.Id) is not null) merged.Add(kept);
        }

        for (; next < _added.Count; next++) Take(_added[next]);
        (_sorted, _spare) = (merged, _sorted);
        _added.Clear();
        _removed.Clear();

        void Take(RecordId id)
        {
            // One that went is not here any more; one that came more than once is in the list as often.
            if ((merged.Count == 0 || merged[^1].Id != id) && ExpiryOf(id) is { } expiry) merged.Add((id, expiry));
        }
    }

    /// <summary>The ids that came with one expiry, some of which may be gone.</summary>
    private sealed class Expiring(Slot expiry)
    {
        public List<RecordId> Ids { get; } = [];

        /// <summary>Of those, how many are here.</summary>
        public int Count { get; set; }

        public void Add(RecordId id, RecordReplica replica)
        {
            if (Ids.Count > (2 * Count) + Slack)
            {
                var here = new HashSet<RecordId>();
                Ids.RemoveAll(one => !(replica._records.TryGetValue(one, out var entry) && entry.Expiry == expiry && here.Add(one)));
            }

            Ids.Add(id);
            Count++;
        }
    }
}
