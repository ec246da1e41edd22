using HyphaMarket.Simulation.Checking;

namespace HyphaMarket.Simulation.Runs;

/// <summary>What came of many runs.</summary>
/// <param name="SimulatedHours">Of the market, all runs together.</param>
/// <param name="EventsPerSecondAndCore">Events of all runs, by the processor time that they took.</param>
public sealed record BatchResult(
    int FirstSeed, int Seeds, double SimulatedHours, long Events, double EventsPerSecondAndCore, long MatchSlots, long Certified, long Leases, long Messages, long Bytes, IReadOnlyList<Violation> Violations)
{
    public long Void => MatchSlots - Certified;
}
