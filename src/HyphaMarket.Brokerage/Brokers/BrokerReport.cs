namespace HyphaMarket.Brokerage.Brokers;

/// <summary>What a broker's core reports to its operator.</summary>
public enum BrokerReport
{
    None = 0,
    Proposed,
    Voted,

    /// <summary>A proposal broke a voting rule; the detail says which.</summary>
    VoteWithheld,
    Certified,

    /// <summary>A slot in which this broker voted passed its deadline without a certificate.</summary>
    SlotVoid,

    /// <summary>Two signed proposals or votes contradict each other.</summary>
    Equivocation,

    /// <summary>This node's clock is off from its fellow brokers' median by more than the bound: it does not vote.</summary>
    ClockSkewed,
    ClockAgreed,

    /// <summary>Replicas differed and records were exchanged.</summary>
    Reconciled,
}
