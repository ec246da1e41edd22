namespace HyphaMarket.Simulation.Runs;

/// <summary>Many runs.</summary>
public sealed record BatchOptions
{
    public int FirstSeed { get; init; } = 1;

    public int Seeds { get; init; } = 200;

    public RunOptions Run { get; init; } = new();

    /// <summary>Runs at one time; each has a thread of its own and shares nothing.</summary>
    public int Parallel { get; init; } = Environment.ProcessorCount;

    /// <summary>Told after each run, from any thread: runs that are done, and all of them.</summary>
    public Action<int, int>? Progress { get; init; }
}
