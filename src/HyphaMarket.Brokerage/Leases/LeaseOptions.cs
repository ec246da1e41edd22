namespace HyphaMarket.Brokerage.Leases;

/// <summary>Every bound and wait of running leases. Milliseconds unless a name says otherwise.</summary>
public sealed record LeaseOptions
{
    /// <summary>How long before its end either side says so: the protocol's minute; shorter on devnets.</summary>
    public long NoticeMs { get; init; } = 60_000;

    /// <summary>How often the seller asks for a receipt: a receipt counts whole minutes, so more often brings nothing.</summary>
    public long ReceiptIntervalMs { get; init; } = 60_000;

    /// <summary>Whole minutes that the two counts may differ by: both read the same start, but not the same clock.</summary>
    public int ToleratedMinutes { get; init; } = 1;

    /// <summary>Minutes without a signed receipt after which the seller gives notice; 0 = never. Five: a restart of the buyer is forgiven, free riding is not.</summary>
    public int MaxUnsignedMinutes { get; init; } = 5;

    /// <summary>
    /// How long a buyer waits for the next receipt before it shows the seller the lease: three missed receipts are a seller that has stopped, or whose
    /// journal has lost the lease. Well below the time that such a seller sells nothing, so that it knows of the lease before it sells the units again.
    /// </summary>
    public long SilenceMs { get; init; } = 180_000;

    /// <summary>How long after its end a lease still waits for its last receipt and for the other side to hear of the end.</summary>
    public long ClosingMs { get; init; } = 600_000;

    /// <summary>Running leases. Beyond it nothing new is accepted; capacity is far smaller on any real machine.</summary>
    public int MaxActive { get; init; } = 4096;

    /// <summary>Closed leases kept in memory for whoever asks; older ones are only in the journal, their sums in the accounts.</summary>
    public int MaxClosed { get; init; } = 1024;

    /// <summary>UTF-8 bytes of a reason for an end; a longer one is refused.</summary>
    public int MaxReasonBytes { get; init; } = 256;

    /// <summary>Checks that the values make sense together.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them does not.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(NoticeMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ReceiptIntervalMs);
        ArgumentOutOfRangeException.ThrowIfNegative(ToleratedMinutes);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxUnsignedMinutes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SilenceMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ClosingMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxActive);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxClosed);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxReasonBytes);
    }
}
