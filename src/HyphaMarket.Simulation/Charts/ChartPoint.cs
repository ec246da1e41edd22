namespace HyphaMarket.Simulation.Charts;

/// <summary>A point of a series.</summary>
/// <param name="X">Its place on the x axis; on an axis of categories the index of one.</param>
/// <param name="Y">Its place on the y axis.</param>
/// <param name="Low">The lower end of its confidence interval, or null for none.</param>
/// <param name="High">The upper end; given exactly where <paramref name="Low"/> is.</param>
public readonly record struct ChartPoint(double X, double Y, double? Low = null, double? High = null);
