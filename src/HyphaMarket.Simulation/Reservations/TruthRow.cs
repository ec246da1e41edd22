namespace HyphaMarket.Simulation.Reservations;

/// <summary>What reservations of a unit cost whoever uses it with a known probability; in prices of a unit, fee included.</summary>
/// <param name="Use">p: the probability with which the unit is used.</param>
/// <param name="Premium">k q^2 / 2 at q = p, as the live contract charges it.</param>
/// <param name="ExercisePrice">1 + k/2 - k q at q = p, as the live contract charges it.</param>
/// <param name="CostOfTruth">The mean cost at q = p by the live contract.</param>
/// <param name="CostInTheory">The same by the formula: F + p (1 + k/2) - k p^2 / 2.</param>
/// <param name="CostSimulated">The mean of draws.</param>
/// <param name="StandardError">Of that mean.</param>
/// <param name="Cheapest">The q that costs least by the live contract, of all thousandths.</param>
/// <param name="CostOfLie">How much more q = p + 0.1 or p - 0.1 costs, the cheaper of the two; in theory 0.005 k.</param>
/// <param name="CoordinatorProfit">The coordinator's on average where all tell the truth and a large market leaves no deficit: F + k p (1 - p) / 2.</param>
public sealed record TruthRow(
    double Use, double Premium, double ExercisePrice, double CostOfTruth, double CostInTheory, double CostSimulated, double StandardError, double Cheapest, double CostOfLie, double CoordinatorProfit);
