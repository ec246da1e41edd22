namespace HyphaMarket.Simulation.Economics.Populations;

/// <summary>What buyers' valuations do while a run lasts; sellers' costs stay.</summary>
public enum DemandCourse
{
    /// <summary>Nothing.</summary>
    Static,

    /// <summary>All rise at once in the middle of the run.</summary>
    Shocked,

    /// <summary>All rise by the same step from period to period.</summary>
    Drifting,
}
