namespace HyphaMarket.Simulation.Reservations;

/// <summary>Users of one kind, whose honesty the coordinator knows from what they did before.</summary>
/// <param name="Honesty">0 to 1.</param>
public sealed record Segment(int Users, double Honesty);
