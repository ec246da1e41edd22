namespace HyphaMarket.Simulation.Reservations;

/// <summary>A row of Table 1 as simulated here, beside the published one.</summary>
/// <param name="PeakAvailability">A_p.</param>
/// <param name="MeanAvailability">A_m.</param>
/// <param name="Simulated">The mean honesty at which the coordinator's profit peaked, or null where no inner peak was reached.</param>
/// <param name="Calculated">(1 - A_m) / P; above 1 it cannot be reached.</param>
/// <param name="PublishedSimulated">The paper's simulated one, or null for its dash, or where it has no such row.</param>
/// <param name="PublishedCalculated">The paper's calculated one, or null where it has no such row.</param>
/// <param name="LargestDifference">From the paper's two numbers, the larger; null where it has no such row, or only one of the two has a dash.</param>
/// <param name="Agrees">Whether both have a dash or neither, and the numbers differ by no more than 0.04; null where the paper has no such row.</param>
/// <param name="CheapestHonesty">What theory says that each user's honesty would be without chance.</param>
/// <param name="LastHonesty">The users' mean honesty in the last tenth of the rounds.</param>
/// <param name="LastProfit">The coordinator's profit for each user there; in prices of a unit.</param>
public sealed record TableRow(
    double PeakAvailability, double MeanAvailability, double? Simulated, double Calculated, double? PublishedSimulated, double? PublishedCalculated, double? LargestDifference, bool? Agrees,
    double CheapestHonesty, double LastHonesty, double LastProfit)
{
    /// <summary>How far from the published numbers still agrees: the width of four bins, and less than what the paper's own two columns differ by.</summary>
    public const double Tolerance = 0.04;

    internal static TableRow Of(ReservationTheory theory, IReadOnlyList<Round> rounds)
    {
        var (peak, simulated, calculated) = (theory.Availability.Peak, ProfitPeak.Find(rounds), theory.BalancedHonesty);
        var published = PublishedRow.Table.FirstOrDefault(row => Math.Abs(row.Peak - peak) < 1e-9);
        var off = published is null || (published.Simulated is null) != (simulated is null)
            ? (double?)null
            : Math.Max(Math.Abs(published.Calculated - calculated), Math.Abs((published.Simulated ?? 0) - (simulated ?? 0)));
        var last = rounds.Skip(rounds.Count - Math.Max(1, rounds.Count / 10)).ToList();
        return new TableRow(
            peak, theory.Availability.Mean, simulated, calculated, published?.Simulated, published?.Calculated, off, published is null ? null : off <= Tolerance,
            theory.CheapestHonesty, last.Average(round => round.Honesty), last.Average(round => round.Profit));
    }
}
