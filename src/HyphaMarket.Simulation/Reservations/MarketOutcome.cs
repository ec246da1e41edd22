namespace HyphaMarket.Simulation.Reservations;

/// <summary>What some samples of a market gave, in the mean of samples.</summary>
/// <param name="Profit">The coordinator's, for each user; in prices of a unit.</param>
/// <param name="Surplus">Units reserved and not used, less the deficit, for each user.</param>
public readonly record struct MarketOutcome(double Profit, double Surplus);
