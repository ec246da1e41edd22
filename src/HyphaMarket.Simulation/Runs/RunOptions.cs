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

    /// <summary>False for a run without faults.</summary>
    public bool HasFaults { get; init; } = true;
}
