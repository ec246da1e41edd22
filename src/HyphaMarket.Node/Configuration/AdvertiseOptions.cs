namespace HyphaMarket.Node.Configuration;

/// <summary>How a worker's daemon keeps asks standing by itself.</summary>
public sealed record AdvertiseOptions
{
    /// <summary>Off, every ask is placed by hand; asks that the daemon has placed are withdrawn.</summary>
    public bool Enabled { get; init; }

    /// <summary>Micro-credits per minute and unit; 0 asks the floor price, and below that nothing is asked ever.</summary>
    public long PriceMicros { get; init; }

    /// <summary>Times of day, UTC, in which units are offered, as in <c>22:00-06:00</c>; empty offers them always.</summary>
    public IReadOnlyList<string> Hours { get; init; } = [];

    /// <summary>Units of the machine that are never offered: its owner's own.</summary>
    public int Reserve { get; init; }

    /// <summary>A program that prints the price, by absolute path; null for none.</summary>
    public string? Hook { get; init; }

    /// <summary>How long the program may take. Five seconds let it ask somebody over the network.</summary>
    public TimeSpan HookTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often it is asked. A changed price gives up the ask's rank, so more often than a minute is seldom wise.</summary>
    public TimeSpan HookInterval { get; init; } = TimeSpan.FromMinutes(1);
}
