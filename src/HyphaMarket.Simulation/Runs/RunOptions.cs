using HyphaMarket.Simulation.Faults;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Runs;

/// <summary>One run of one seed.</summary>
public sealed record RunOptions
{
    public SimulatedMarketOptions Market { get; init; } = new();

    /// <summary>Simulated time under faults.</summary>
    public TimeSpan Faults { get; init; } = TimeSpan.FromMinutes(25);

    /// <summary>Simulated time after them, in which the market must recover.</summary>
    public TimeSpan Recovery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What the run is aimed at; null for what its seed draws.</summary>
    public Emphasis? Emphasis { get; init; }

    /// <summary>The run ends when a promise is broken: for whoever wants to know only that one is.</summary>
    public bool StopsAtAViolation { get; init; }

    /// <summary>False for a run without faults, but for what is named below.</summary>
    public bool HasFaults { get; init; } = true;

    /// <summary>In a run without other faults: the share of messages that get lost until the recovery, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>In a run without other faults: how many brokers lie, at most f.</summary>
    public int LyingBrokers { get; init; }
}
