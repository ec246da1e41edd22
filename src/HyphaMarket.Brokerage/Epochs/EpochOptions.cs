namespace HyphaMarket.Brokerage.Epochs;

/// <summary>How patiently a first broker set is formed.</summary>
public sealed record EpochOptions
{
    /// <summary>The nearest nodes must stay the same so long before I sign a set of them; milliseconds.</summary>
    public long SettleMs { get; init; } = 60_000;

    /// <summary>Where fewer servers are in sight than the floor, more may be coming: the wait is so many times longer.</summary>
    public int SparseFactor { get; init; } = 5;

    /// <summary>Every so often the lookup is repeated, and who has not signed is asked again; milliseconds.</summary>
    public long RetryMs { get; init; } = 10_000;

    /// <summary>Whose turn comes r-th in an attempt starts r times this later, so that usually one starts; milliseconds.</summary>
    public long StaggerMs { get; init; } = 5_000;

    /// <summary>
    /// An attempt at agreeing takes so long, counted from the Unix epoch so that all begin it at once; milliseconds. Two phases of one
    /// round trip each fit many times, so it is the stagger that needs the time.
    /// </summary>
    public long AttemptMs { get; init; } = 30_000;

    /// <summary>A set begins so many slots after it was drawn up: time to sign and spread it.</summary>
    public int LeadSlots { get; init; } = 4;

    /// <summary>Requests that wait for one write to the disk; more are told to ask again.</summary>
    public int WaitingRequests { get; init; } = EpochConfig.MaxMembers;

    /// <exception cref="ArgumentOutOfRangeException">A value is not positive.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SettleMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SparseFactor);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RetryMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(StaggerMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(LeadSlots);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(WaitingRequests);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(AttemptMs);
    }
}
