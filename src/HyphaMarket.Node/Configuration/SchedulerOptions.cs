namespace HyphaMarket.Node.Configuration;

/// <summary>What a scheduler may spend.</summary>
public sealed record SchedulerOptions
{
    /// <summary>Micro-credits that all open bids and live leases together may cost; 0 buys nothing.</summary>
    public long BudgetMicros { get; init; } = 1_000_000_000;

    /// <summary>What the daemon keeps leased by itself.</summary>
    public DemandOptions Demand { get; init; } = new();
}
