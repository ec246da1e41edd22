namespace HyphaMarket.Simulation.Reservations;

/// <summary>The coordinator's account in one situation of honesty balancing.</summary>
/// <param name="Situation">In words.</param>
/// <param name="MeanAvailability">A_m.</param>
/// <param name="BestHonesty">The mean honesty at which the coordinator's profit is highest there: (1 - A_m) / P, at most 1.</param>
/// <param name="Honesty">The users' mean.</param>
/// <param name="ProfitPerUser">Simulated; in prices of a unit.</param>
/// <param name="StandardError">Of it.</param>
/// <param name="ProfitInTheory">For each user; null where availability is drawn for all at once, of which the theory says nothing.</param>
/// <param name="Profit">Of all users, simulated.</param>
/// <param name="JoinerFee">The lowest fee at which those who joined leave the coordinator no worse off than without them; null where nobody joined.</param>
public sealed record BalancingRow(
    string Situation, double MeanAvailability, double BestHonesty, int Users, double Honesty, double ProfitPerUser, double StandardError, double? ProfitInTheory, double Profit, double? JoinerFee);
