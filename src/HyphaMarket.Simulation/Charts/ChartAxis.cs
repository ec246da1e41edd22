namespace HyphaMarket.Simulation.Charts;

/// <summary>One axis of a chart: it reaches from the least to the greatest value, rounded outwards to a tick, unless ends are given.</summary>
/// <param name="Label">What is measured, and its unit.</param>
public sealed record ChartAxis(string Label)
{
    /// <summary>Where the axis begins, or null; points beyond an end that is given are cut off.</summary>
    public double? From { get; init; }

    /// <summary>Where the axis ends, or null.</summary>
    public double? To { get; init; }

    /// <summary>Whether equal ratios are equally far apart; all values must be positive then.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Names in place of numbers: the value i stands for the i-th. Empty for an axis of numbers; only the x axis may have them.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];
}
