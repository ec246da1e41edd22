namespace HyphaMarket.Market.Profiles;

/// <summary>How accelerators of one machine talk to each other, from slow to fast; the numbers are hashed and their order is "at least".</summary>
public enum Interconnect
{
    /// <summary>Nothing required; nothing found.</summary>
    Any = 0,
    Pcie = 1,
    NvLink = 2,
    NvSwitch = 3,
}
