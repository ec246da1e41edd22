namespace HyphaMarket.Simulation.Charts;

/// <summary>Points that belong together.</summary>
/// <param name="Name">What the legend calls it; empty for a series that the legend leaves out.</param>
/// <param name="Points">In the order in which a line joins them; at least one.</param>
/// <param name="Mark">How they are drawn.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points, ChartMark Mark = ChartMark.Line)
{
    /// <summary>Whether a line is dashed: for what is calculated beside what was measured.</summary>
    public bool IsDashed { get; init; }

    /// <summary>The place of its colour in the palette, so that two series may share one; null for its own place among the series.</summary>
    public int? Colour { get; init; }
}
