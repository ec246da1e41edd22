using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Simulation.World;

/// <summary>A journal that becomes durable a little later than it is written, in order; a crash loses what is not durable yet.</summary>
public sealed class SimulatedDisk(SimulatedWorld world)
{
    private readonly List<JournalEntry> _durable = [];
    private readonly Dictionary<(JournalKind Kind, Hash256 Key), JournalEntry> _newest = [];
    private int _incarnation;
    private long _lastDone;

    public IReadOnlyList<JournalEntry> Durable => _durable;

    /// <summary>It lost what it had acknowledged, and nobody noticed: its node can no longer keep its word.</summary>
    public bool HasLied { get; private set; }

    /// <summary>The newest durable entry of a kind and key; null where there is none.</summary>
    public JournalEntry? Find(JournalKind kind, Hash256 key) => _newest.GetValueOrDefault((kind, key));

    /// <summary>The shortest and longest time of an fsync; milliseconds.</summary>
    public (int Least, int Most) SyncMs { get; set; } = (1, 6);

    /// <summary>Writes an entry; the callback comes when it is durable, and never after a crash before that.</summary>
    /// <param name="crash">Where the node dies as this entry is written; null for not at all.</param>
    public void Append(JournalEntry entry, Action durable, CrashPoint? crash = null, Action? die = null)
    {
        if (crash == CrashPoint.AfterAppend)
        {
            world.After(0, die!);
            return;
        }

        // Entries become durable in the order in which they were written.
        var at = Math.Max(_lastDone, world.Now.UnixMs + world.Random.Next(SyncMs.Least, SyncMs.Most + 1));
        _lastDone = at;
        world.After(at - world.Now.UnixMs, new Writing(this, entry, durable, crash, die));
    }

    /// <summary>The node died: what was not durable is lost.</summary>
    public void Crash() => _incarnation++;

    /// <summary>What the journal's own checks find when the node starts: a hash of what is damaged; null where the journal is whole.</summary>
    public Hash256? Damage { get; private set; }

    /// <summary>Bits flip or a sector tears in an entry that was acknowledged: its checksum does not hold, and it is lost; where the end is torn, all after it too.</summary>
    public void Corrupt()
    {
        if (_durable.Count == 0) return;
        var first = world.Random.Next(Math.Max(0, _durable.Count - 40), _durable.Count);
        Damage = Hash256.Of(BitConverter.GetBytes(world.Now.UnixMs), BitConverter.GetBytes(first));
        _durable.RemoveRange(first, world.Random.Next(2) == 0 ? 1 : _durable.Count - first);
        Reindex();
    }

    /// <summary>The newest entries are gone although they were acknowledged: a disk that lies, or a backup that was restored.</summary>
    public void LoseNewest(int entries)
    {
        HasLied |= entries > 0 && _durable.Count > 0;
        _durable.RemoveRange(Math.Max(0, _durable.Count - entries), Math.Min(entries, _durable.Count));
        Reindex();
    }

    private void Reindex()
    {
        _newest.Clear();
        foreach (var entry in _durable) _newest[(entry.Kind, entry.Key)] = entry;
    }

    /// <summary>An entry on its way to the disk.</summary>
    private sealed class Writing(SimulatedDisk disk, JournalEntry entry, Action durable, CrashPoint? crash, Action? die) : Planned
    {
        private readonly int _incarnation = disk._incarnation;

        public override void Happen()
        {
            if (_incarnation != disk._incarnation) return;
            disk._durable.Add(entry);
            disk._newest[(entry.Kind, entry.Key)] = entry;
            if (crash == CrashPoint.AfterSync) die!();
            else durable();
            if (crash == CrashPoint.AfterSend) die!();
        }
    }
}
