namespace HyphaMarket.Node.Intake;

/// <summary>The bounds of what comes in at one node, before it reaches a broker's loop.</summary>
public sealed record IntakeOptions
{
    /// <summary>Threads that check signatures; by default one a processor: they are the only thing here that keeps one busy.</summary>
    public int Verifiers { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Verified jobs that wait for one market's loop, of each verifier; more are refused as busy. Some 150 ms of a verifier's work when each job is one record, longer than
    /// any step of a loop; and 32 KiB a verifier and market.
    /// </summary>
    public int RingSize { get; init; } = 4_096;

    /// <summary>Records of one peer that wait for a verifier; more are refused as busy. Two of the largest batches of a fellow broker, some 80 ms of one verifier.</summary>
    public int RecordsPerPeer { get; init; } = 2_048;

    /// <summary>Records of all peers that wait for a verifier: a second's work of two. More are refused as busy, whoever sends them.</summary>
    public int Records { get; init; } = 65_536;

    /// <summary>Signatures that a verifier checks for one peer before it is the next one's turn: some 400 microseconds, so that a flood delays nobody else for long.</summary>
    public int Turn { get; init; } = 8;

    /// <summary>Peers whose rate is remembered; the quietest are forgotten first.</summary>
    public int Peers { get; init; } = 4_096;

    /// <summary>Records a second that one peer may submit, in all markets together.</summary>
    public int RecordsPerSecond { get; init; } = 500;

    /// <summary>What a peer may submit at once after a quiet time: a whole bundle.</summary>
    public int RecordBurst { get; init; } = 1_024;

    /// <summary>Places for verified records of one market that are known to be good, by which copies are told without a check; a copy that is not found costs one. Twice what a market keeps.</summary>
    public int KnownGood { get; init; } = 16_384;

    /// <summary>Jobs that a market's loop takes from one ring before timers and other inputs have their turn.</summary>
    public int Drain { get; init; } = 256;

    /// <summary>A quote is at most so much older than the book, unless the market's loop is stuck; of a small book it is never older, since a picture costs little then.</summary>
    public int QuoteEveryMs { get; init; } = 25;

    /// <summary>What a refusal for want of room tells: a full ring or lane is worked off by then.</summary>
    public int BusyRetryMs { get; init; } = 250;

    /// <exception cref="ArgumentOutOfRangeException">A bound is not positive, or a burst is less than a bundle.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Verifiers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RingSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RecordsPerPeer);
        ArgumentOutOfRangeException.ThrowIfLessThan(Records, RecordsPerPeer);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Turn);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Peers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RecordsPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RecordBurst);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(KnownGood);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Drain);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(QuoteEveryMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(BusyRetryMs);
    }
}
