namespace HyphaMarket.Node.Configuration;

/// <summary>Bounds of the durable journal.</summary>
public sealed record JournalOptions
{
    /// <summary>Entries waiting to be written; then an append waits, so that a slow disk slows its callers and not memory.</summary>
    public int Queue { get; init; } = 1_024;

    /// <summary>Entries that share one fsync. A group larger than the queue cannot form.</summary>
    public int Group { get; init; } = 256;

    /// <summary>Largest payload of one entry in bytes: the contract of <see cref="Brokerage.Journal.JournalEntry"/>.</summary>
    public int EntryBytes { get; init; } = 1024 * 1024;

    /// <summary>Largest size of the journal in bytes; past it appends fail as they do on a full disk.</summary>
    public long LargestBytes { get; init; } = 16L * 1024 * 1024 * 1024;

    /// <summary>The operator says that the journal is an older copy: its checksums cannot show what is missing at its end.</summary>
    public bool IsOldCopy { get; init; }
}
