using HyphaMarket.Brokerage.Journal;

namespace HyphaMarket.Node.Storage;

/// <summary>The journal as it was when the node started, oldest entry first: what the cores take back in.</summary>
public sealed class JournalReplay
{
    public JournalReplay(Journal journal)
    {
        ArgumentNullException.ThrowIfNull(journal);
        var entries = new List<JournalEntry>();
        journal.Replay(stored => entries.Add(stored.Entry));
        Entries = entries;
    }

    public IReadOnlyList<JournalEntry> Entries { get; }
}
