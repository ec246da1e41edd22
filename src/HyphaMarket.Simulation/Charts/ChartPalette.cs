namespace HyphaMarket.Simulation.Charts;

/// <summary>Which colours series get.</summary>
public enum ChartPalette
{
    /// <summary>Colours that differ as much as they can, for series that are of different kinds.</summary>
    Distinct,

    /// <summary>Colours from blue to red, for series that are steps of one quantity.</summary>
    Ordered,
}
