namespace HyphaMarket.Bench.Matching;

/// <summary>What to run and how often.</summary>
public sealed record MatchingBenchOptions
{
    /// <summary>Each measure is taken so often; the median counts.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>How long a measure runs before it counts: the runtime compiles for good, in the background, what ran often.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>Only measures whose name contains this; null for all.</summary>
    public string? Only { get; init; }

    /// <summary>Every size divided by this: 1 for the figures that are wanted, more for a quick look.</summary>
    public int Divisor { get; init; } = 1;

    /// <summary>Told before each sample.</summary>
    public Action<string>? Progress { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A number is not positive, or a time is negative.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Divisor, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WarmUp, TimeSpan.Zero);
    }
}
