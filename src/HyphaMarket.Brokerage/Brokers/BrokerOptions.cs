namespace HyphaMarket.Brokerage.Brokers;

/// <summary>The bounds of one market's broker. They are each broker's own; nothing that must be equal everywhere is here.</summary>
public sealed record BrokerOptions
{
    /// <summary>Records a second that one peer may submit before it is told to wait. Gossip and fellow brokers are not counted: they relay for many.</summary>
    public int RecordsPerSecond { get; init; } = 500;

    /// <summary>What a peer may send at once after a quiet time.</summary>
    public int RecordBurst { get; init; } = 1000;

    /// <summary>Peers whose rate is remembered; the one longest unheard is forgotten first.</summary>
    public int RatedPeers { get; init; } = 4096;

    /// <summary>Proposals kept for one slot: the proposer's own and, as evidence, one more.</summary>
    public int ProposalsPerSlot { get; init; } = 2;

    /// <summary>Requests to fellow brokers under way at once; more are not made, and what they were for is tried again in a later slot.</summary>
    public int RequestsUnderWay { get; init; } = 256;

    /// <summary>A request that has no answer by then never gets one: the driver lost it. Longer than any driver waits; milliseconds.</summary>
    public long AnswerWithinMs { get; init; } = 30_000;

    /// <summary>Ids that the other may name in one reconciliation session; more are left to the next session.</summary>
    public int IdsWantedInSession { get; init; } = 32_768;

    /// <summary>Fetches in one session: as many ids as it may name in batches of 128, because records of 16 KiB fill a message.</summary>
    public int FetchesInSession { get; init; } = 256;

    /// <summary>Settlement records kept about matches whose certificate is not here (yet); more are refused, and come again by reconciliation.</summary>
    public int StrayFacts { get; init; } = 1024;

    /// <summary>After so many slots in which this broker did nothing (it was frozen), what it holds is stale: it catches up before it votes again.</summary>
    public int SlotsMissed { get; init; } = 4;

    /// <summary>
    /// So many slots the comparison with a fellow broker's clock counts, and at least two rounds of background sessions with all members. Where the
    /// market is idle, each member is compared once a round.
    /// </summary>
    public int ClockSampleSlots { get; init; } = 16;

    /// <summary>
    /// False for a broker that is to misbehave in a simulation: it goes on voting whatever it forgot or contradicted, as a malicious one would. Never
    /// false for an honest one.
    /// </summary>
    public bool AbstainsAfterLoss { get; init; } = true;

    /// <exception cref="ArgumentOutOfRangeException">A bound is not positive.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RecordsPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RecordBurst);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RatedPeers);
        ArgumentOutOfRangeException.ThrowIfLessThan(ProposalsPerSlot, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RequestsUnderWay);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(AnswerWithinMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(IdsWantedInSession);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(FetchesInSession);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(StrayFacts);
        ArgumentOutOfRangeException.ThrowIfLessThan(SlotsMissed, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(ClockSampleSlots, 4);
    }
}
