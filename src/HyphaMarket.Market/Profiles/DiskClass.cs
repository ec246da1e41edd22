namespace HyphaMarket.Market.Profiles;

/// <summary>How fast local disks are, from slow to fast; the numbers are hashed and their order is "at least".</summary>
public enum DiskClass
{
    /// <summary>Nothing required; in a machine: spinning disks, or none found.</summary>
    Any = 0,
    Ssd = 1,
    Nvme = 2,
    HighIops = 3,
    UltraIops = 4,
}
