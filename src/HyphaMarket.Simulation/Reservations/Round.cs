namespace HyphaMarket.Simulation.Reservations;

/// <summary>One round of a market: one user tried another honesty, all users reserved and used.</summary>
/// <param name="Honesty">The mean of all users.</param>
/// <param name="Profit">The coordinator's, for each user and sample; in prices of a unit.</param>
/// <param name="Surplus">Units reserved and not used, less the deficit, for each user and sample.</param>
public readonly record struct Round(double Honesty, double Profit, double Surplus);
