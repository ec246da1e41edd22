namespace HyphaMarket.Brokerage.Brokers;

/// <summary>The bounds of one market's broker. They are each broker's own; nothing that must be equal everywhere is here.</summary>
public sealed record BrokerOptions
{
    /// <summary>Records a second that one peer may send before it is told to wait. A broker relays for many owners, so it has ten times this.</summary>
    public int RecordsPerSecond { get; init; } = 500;

    /// <summary>What a peer may send at once after a quiet time.</summary>
    public int RecordBurst { get; init; } = 1000;

    /// <summary>Peers whose rate is remembered; the one longest unheard is forgotten first.</summary>
    public int RatedPeers { get; init; } = 4096;

    /// <summary>Proposals kept for one slot: the proposer's own and, as evidence, one more.</summary>
    public int ProposalsPerSlot { get; init; } = 2;

    /// <summary>Requests to fellow brokers under way at once; more wait for the next timer.</summary>
    public int RequestsUnderWay { get; init; } = 128;

    /// <exception cref="ArgumentOutOfRangeException">A bound is not positive.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RecordsPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RecordBurst);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RatedPeers);
        ArgumentOutOfRangeException.ThrowIfLessThan(ProposalsPerSlot, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RequestsUnderWay);
    }
}
