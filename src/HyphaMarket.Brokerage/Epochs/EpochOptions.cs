namespace HyphaMarket.Brokerage.Epochs;

/// <summary>How patiently broker sets are formed and changed.</summary>
public sealed record EpochOptions
{
    /// <summary>The nearest nodes must stay the same so long before I sign a set of them; milliseconds.</summary>
    public long SettleMs { get; init; } = 60_000;

    /// <summary>Where fewer servers are in sight than the floor, more may be coming: the wait is so many times longer.</summary>
    public int SparseFactor { get; init; } = 5;

    /// <summary>While a set is to be agreed on, the lookup is repeated so often, and who has not signed is asked again; milliseconds.</summary>
    public long RetryMs { get; init; } = 10_000;

    /// <summary>While there is nothing to agree on, members look around so often: who is near, who answers; milliseconds.</summary>
    public long WatchMs { get; init; } = 60_000;

    /// <summary>Whose turn comes r-th in an attempt starts r times this later, so that usually one starts; milliseconds.</summary>
    public long StaggerMs { get; init; } = 5_000;

    /// <summary>
    /// An attempt at agreeing takes so long, counted from the Unix epoch so that all begin it at once; milliseconds. Two phases of one
    /// round trip each fit many times, so it is the stagger that needs the time.
    /// </summary>
    public long AttemptMs { get; init; } = 30_000;

    /// <summary>A first set begins so many slots after it was drawn up, a change 4 A more: time to sign and spread it, and to drain the old one.</summary>
    public int LeadSlots { get; init; } = 4;

    /// <summary>A member that has not answered for so long is dead; a set of which no q answered for twice as long is gone; milliseconds.</summary>
    public long EpochMs { get; init; } = 600_000;

    /// <summary>A newcomer must have been seen so long by each voter; milliseconds.</summary>
    public long SeenMs { get; init; } = 3_600_000;

    /// <summary>A member stays for so long even if somebody nearer comes; milliseconds.</summary>
    public long TermMs { get; init; } = 86_400_000;

    /// <summary>Requests that wait for one write to the disk; more are told to ask again.</summary>
    public int WaitingRequests { get; init; } = EpochConfig.MaxMembers;

    /// <summary>2 epochs.</summary>
    public long GoneMs => 2 * EpochMs;

    /// <summary>The same in the proportions of the default network, where an epoch is 10 minutes, seen an hour, and a term a day.</summary>
    /// <param name="epochMs">The network's epoch length.</param>
    public EpochOptions WithEpochs(long epochMs) => this with { EpochMs = epochMs, SeenMs = 6 * epochMs, TermMs = 144 * epochMs, WatchMs = Math.Clamp(epochMs / 10, Math.Min(1_000, epochMs / 3), 60_000) };

    /// <exception cref="ArgumentOutOfRangeException">A value is not positive, or looks are so rare that the living would count as dead.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SettleMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SparseFactor);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RetryMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(StaggerMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(LeadSlots);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(WaitingRequests);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(AttemptMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SeenMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(TermMs);
        ArgumentOutOfRangeException.ThrowIfLessThan(WatchMs, 1);
        // Three looks in a row may be lost before a member counts as dead.
        ArgumentOutOfRangeException.ThrowIfLessThan(EpochMs, 3 * WatchMs);
    }
}
