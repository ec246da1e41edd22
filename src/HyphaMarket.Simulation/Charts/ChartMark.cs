namespace HyphaMarket.Simulation.Charts;

/// <summary>How the points of a series are drawn.</summary>
public enum ChartMark
{
    /// <summary>A line through the points in their order; confidence intervals are a band around it.</summary>
    Line,

    /// <summary>A line with a dot at each point.</summary>
    LineAndDots,

    /// <summary>A cloud of dots; confidence intervals are whiskers.</summary>
    Dots,

    /// <summary>Bars from zero; bars of several series at one place stand beside each other. Confidence intervals are whiskers.</summary>
    Bars,
}
