namespace HyphaMarket.Bench.Ingest;

/// <summary>What to run and how often.</summary>
public sealed record IngestBenchOptions
{
    /// <summary>Each measure is taken so often; the median counts.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>How long each implementation of a measure runs before its samples are taken.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Only measures whose name contains this; null for all.</summary>
    public string? Only { get; init; }

    /// <summary>Every size divided by this: 1 for the figures that are wanted, more for a quick look.</summary>
    public int Divisor { get; init; } = 1;

    /// <summary>Starts a daemon: the program and its arguments for a data directory; its standard input's end is to stop it. Null where none is to be measured.</summary>
    public Func<string, IReadOnlyList<string>>? Daemon { get; init; }

    /// <summary>Told before each sample.</summary>
    public Action<string>? Progress { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Divisor, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WarmUp, TimeSpan.Zero);
    }
}
