namespace HyphaMarket.Node.Configuration;

/// <summary>Standing demand: what a scheduler's daemon keeps leased by itself.</summary>
public sealed record DemandOptions
{
    /// <summary>A profile's name or market id; null for no demand.</summary>
    public string? Profile { get; init; }

    /// <summary>Units to keep leased; 0 buys nothing and lets what was bought run out.</summary>
    public int Leases { get; init; }

    /// <summary>The most that is paid; micro-credits per minute and unit.</summary>
    public long PriceMicros { get; init; }

    /// <summary>Micro-credits that all of this node's claims and leases of the profile, ended ones too, may ever cost together: a hard limit beside <see cref="SchedulerOptions.BudgetMicros"/>.</summary>
    public long BudgetMicros { get; init; }

    /// <summary>The lease term to bid for, whole minutes; renewed while it is wanted.</summary>
    public TimeSpan Term { get; init; } = TimeSpan.FromHours(1);
}
