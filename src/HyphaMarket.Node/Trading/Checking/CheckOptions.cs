namespace HyphaMarket.Node.Trading.Checking;

/// <summary>Every bound and wait of lease checks, at both ends.</summary>
public sealed record CheckOptions
{
    /// <summary>
    /// At least so long from the end of a look at the machine to the next: who asks in between gets what the last one saw, signed anew with its time. A look starts five processes; a machine does
    /// not change in seconds, and no buyer may keep another's processors busy by asking.
    /// </summary>
    public TimeSpan MeasureEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// At least so long between two answers under one lease; a question before that is told `busy`. An answer costs a turn of the trader's loop and a signature, and nothing that it says changes
    /// within a second.
    /// </summary>
    public TimeSpan AnswerEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>From the request to the last byte of its answer at the worker: the tools' own ten seconds, and some for a busy machine.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>From the question to the whole answer at the buyer: with a dial, and within the 30 s that the API gives a request.</summary>
    public TimeSpan AskWithin { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Questions answered at a time, each of which may wait for a look; a further one is reset, and its buyer asks again.</summary>
    public int MaxConcurrent { get; init; } = 64;

    /// <summary>Of these, of one buyer: it has one answer for each lease, and they all say the same.</summary>
    public int MaxConcurrentPerPeer { get; init; } = 4;

    /// <summary>Leases of whose last answer the worker knows before it forgets those that may ask again: a hundred times what a machine leases out at a time.</summary>
    public int MaxPaced { get; init; } = 1_024;

    /// <summary>Bytes of a question: three ids.</summary>
    public int MaxRequestBytes { get; init; } = 512;

    /// <summary>Bytes of an answer: a report has at most 32 KiB and a signature.</summary>
    public int MaxResponseBytes { get; init; } = 64 * 1024;

    /// <summary>Answers kept of one lease, the newest. A machine's own has a kilobyte or two; none that is kept has more than <see cref="Brokerage.Machines.MachineReports.MaxRecord"/> bytes.</summary>
    public int KeptPerLease { get; init; } = 16;

    /// <summary>Answers kept of all leases, ended ones among them: of 256 leases that were asked on and on, some megabytes, and 132 MiB where every worker fills its answers up.</summary>
    public int KeptInAll { get; init; } = 4_096;

    /// <summary>Checks that the values make sense together.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them does not.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MeasureEvery, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(AnswerEvery, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPaced, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(AnswerWithin, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(AskWithin, AnswerWithin);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrentPerPeer, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrent, MaxConcurrentPerPeer);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRequestBytes, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxResponseBytes, Brokerage.Machines.MachineReports.MaxRecord + 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeptPerLease, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeptInAll, KeptPerLease);
    }
}
