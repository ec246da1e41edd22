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

    /// <summary>A broker signed two proposals or two votes of one slot, told once for each broker; or two results of a slot are certified.</summary>
    Equivocation,

    /// <summary>This node's clock is off from its fellow brokers' median by more than the bound: it does not vote.</summary>
    ClockSkewed,
    ClockAgreed,

    /// <summary>This node's journal is not whole, so it may have forgotten votes: it neither proposes nor votes for a while.</summary>
    Abstains,
    AbstainedEnough,

    /// <summary>Replicas differed and records were exchanged.</summary>
    Reconciled,
}
