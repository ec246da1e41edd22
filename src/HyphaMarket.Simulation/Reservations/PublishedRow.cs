namespace HyphaMarket.Simulation.Reservations;

/// <summary>A row of Table 1 of Rogers and Cliff (2011), as printed.</summary>
/// <param name="Peak">A_p.</param>
/// <param name="Mean">A_m, cut or rounded to two digits by the authors.</param>
/// <param name="Simulated">"Honesty at Peak Profit (Sim)", or null for their dash.</param>
/// <param name="Calculated">"Honesty at Peak Profit (Calc)": from A_m as printed, so up to 0.015 off the formula.</param>
public sealed record PublishedRow(double Peak, double Mean, double? Simulated, double Calculated)
{
    /// <summary>The whole table.</summary>
    public static IReadOnlyList<PublishedRow> Table { get; } =
    [
        new(1.00, 0.66, 0.64, 0.68), new(0.90, 0.63, 0.72, 0.74), new(0.80, 0.60, 0.80, 0.80), new(0.70, 0.57, 0.86, 0.86), new(0.60, 0.53, null, 0.94), new(0.50, 0.50, null, 1.00),
        new(0.40, 0.47, null, 1.06), new(0.30, 0.43, null, 1.14), new(0.20, 0.40, null, 1.20), new(0.10, 0.36, null, 1.28), new(0.00, 0.33, null, 1.34),
    ];
}
