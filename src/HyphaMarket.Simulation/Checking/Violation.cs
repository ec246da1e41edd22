namespace HyphaMarket.Simulation.Checking;

/// <summary>An invariant that did not hold.</summary>
/// <param name="Invariant">Its name.</param>
public sealed record Violation(int Seed, string Invariant, long Slot, string Detail);
