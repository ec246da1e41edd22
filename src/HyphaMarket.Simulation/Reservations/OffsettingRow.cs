namespace HyphaMarket.Simulation.Reservations;

/// <summary>The coordinator's profit with one fee in one market.</summary>
/// <param name="Situation">In words.</param>
/// <param name="MeanAvailability">A_m.</param>
/// <param name="Honesty">The users' mean.</param>
/// <param name="Fee">F; in prices of a unit.</param>
/// <param name="Profit">For each user, simulated; in prices of a unit.</param>
/// <param name="StandardError">Of it.</param>
/// <param name="ProfitInTheory">For each user; null where availability is drawn for all at once, of which the theory says nothing.</param>
/// <param name="Published">What the paper says of it, or null.</param>
public sealed record OffsettingRow(string Situation, double MeanAvailability, double Honesty, double Fee, double Profit, double StandardError, double? ProfitInTheory, string? Published);
