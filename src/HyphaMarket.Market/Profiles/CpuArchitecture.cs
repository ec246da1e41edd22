namespace HyphaMarket.Market.Profiles;

/// <summary>An instruction set; membership, not order.</summary>
public enum CpuArchitecture
{
    /// <summary>Never valid in a requirement; not recognised in a machine.</summary>
    None = 0,
    X8664 = 1,
    Arm64 = 2,
}
