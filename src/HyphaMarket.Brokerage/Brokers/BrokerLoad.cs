namespace HyphaMarket.Brokerage.Brokers;

/// <summary>How much a broker's core holds at one moment. Each number has a bound, whatever anybody sends; this room's README lists them.</summary>
public sealed record BrokerLoad
{
    /// <summary>Offers in the store, cancelled ones too.</summary>
    public required int Offers { get; init; }

    /// <summary>Records in the replica.</summary>
    public required int Records { get; init; }

    /// <summary>Match slots that are open or were lately.</summary>
    public required int Slots { get; init; }

    /// <summary>The most proposals of one slot.</summary>
    public required int ProposalsOfASlot { get; init; }

    /// <summary>The most votes of one slot.</summary>
    public required int VotesOfASlot { get; init; }

    /// <summary>Settlement records about matches whose certificate is not here.</summary>
    public required int StrayFacts { get; init; }

    /// <summary>Requests to fellow brokers under way.</summary>
    public required int Requests { get; init; }

    /// <summary>Reconciliation sessions under way.</summary>
    public required int Sessions { get; init; }

    /// <summary>Ids that fellow brokers named in the sessions under way.</summary>
    public required int NamedIds { get; init; }

    /// <summary>Peers whose rate is remembered.</summary>
    public required int RatedPeers { get; init; }

    /// <summary>Members convicted.</summary>
    public required int Convicted { get; init; }

    /// <summary>Fellow brokers whose clock was compared.</summary>
    public required int Clocks { get; init; }

    /// <summary>Effects that nobody has taken out yet.</summary>
    public required int Effects { get; init; }
}
