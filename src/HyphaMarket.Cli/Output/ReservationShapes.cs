using System.Globalization;

using HyphaMarket.Simulation.Reservations;

namespace HyphaMarket.Cli.Output;

/// <summary>The shapes of what <c>simulate reservations</c> prints.</summary>
internal static class ReservationShapes
{
    public static Shape<TableRow> Table { get; } = new(CliJson.Default.TableRow, row => Text(row.PeakAvailability),
    [
        new("A_P", row => Text(row.PeakAvailability)), new("A_M", row => Text(row.MeanAvailability)), new("SIMULATED", row => Text(row.Simulated)), new("PAPER SIMULATED", row => row.PublishedCalculated is null ? "" : Text(row.PublishedSimulated)),
        new("CALCULATED", row => Text(row.Calculated)), new("PAPER CALCULATED", row => row.PublishedCalculated is { } calculated ? Text(calculated) : ""), new("AGREES", row => row.Agrees switch { true => "yes", false => "no", null => "" }),
        new("OFF BY", row => row.LargestDifference is { } difference ? Text(difference) : ""), new("CHEAPEST HONESTY", row => Text(row.CheapestHonesty)), new("LAST HONESTY", row => Text(row.LastHonesty)),
        new("LAST PROFIT", row => Fine(row.LastProfit)),
    ]);

    public static Shape<TruthRow> Truth { get; } = new(CliJson.Default.TruthRow, row => Text(row.Use),
    [
        new("P", row => Text(row.Use)), new("PREMIUM", row => Fine(row.Premium)), new("EXERCISE PRICE", row => Fine(row.ExercisePrice)), new("COST OF TRUTH", row => Fine(row.CostOfTruth)), new("IN THEORY", row => Fine(row.CostInTheory)),
        new("SIMULATED", row => $"{Fine(row.CostSimulated)} ± {Fine(1.96 * row.StandardError)}"), new("CHEAPEST Q", row => row.Cheapest.ToString("0.000", CultureInfo.InvariantCulture)),
        new("0.1 OFF COSTS MORE", row => Fine(row.CostOfLie)), new("COORDINATOR GETS", row => Fine(row.CoordinatorProfit)),
    ]);

    public static Shape<BalancingRow> Balancing { get; } = new(CliJson.Default.BalancingRow, row => row.Situation,
    [
        new("SITUATION", row => row.Situation), new("A_M", row => Text(row.MeanAvailability)), new("BEST HONESTY", row => Text(row.BestHonesty)), new("USERS", row => row.Users.ToString(CultureInfo.InvariantCulture)), new("HONESTY", row => Text(row.Honesty)),
        new("PROFIT PER USER", row => $"{Fine(row.ProfitPerUser)} ± {Fine(1.96 * row.StandardError)}"), new("IN THEORY", row => row.ProfitInTheory is { } profit ? Fine(profit) : ""), new("PROFIT", row => row.Profit.ToString("0.0", CultureInfo.InvariantCulture)),
        new("LOWEST FEE FOR THEM", row => row.JoinerFee is { } fee ? Fine(fee) : ""),
    ]);

    public static Shape<OffsettingRow> Offsetting { get; } = new(CliJson.Default.OffsettingRow, row => row.Situation,
    [
        new("SITUATION", row => row.Situation), new("A_M", row => Text(row.MeanAvailability)), new("HONESTY", row => Text(row.Honesty)), new("FEE", row => Fine(row.Fee)), new("PROFIT PER USER", row => $"{Fine(row.Profit)} ± {Fine(1.96 * row.StandardError)}"),
        new("IN THEORY", row => row.ProfitInTheory is { } profit ? Fine(profit) : ""), new("THE PAPER SAYS", row => row.Published),
    ]);

    /// <summary>Two digits, as the paper prints; a dash for none.</summary>
    private static string Text(double? number) => number?.ToString("0.00", CultureInfo.InvariantCulture) ?? "-";

    private static string Fine(double number) => number.ToString("0.0000", CultureInfo.InvariantCulture);
}
