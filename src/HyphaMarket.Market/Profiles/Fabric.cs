namespace HyphaMarket.Market.Profiles;

/// <summary>A network between machines that accelerators use directly. Having one is membership: none is "at least" another.</summary>
public enum Fabric
{
    /// <summary>Never valid.</summary>
    None = 0,
    InfiniBand = 1,

    /// <summary>Amazon's Elastic Fabric Adapter.</summary>
    Efa = 2,
}
