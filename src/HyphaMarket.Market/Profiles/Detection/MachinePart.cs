namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>A part of a machine that a reading may tell nothing of; the numbers stand in machine reports.</summary>
public enum MachinePart
{
    /// <summary>Never valid.</summary>
    None = 0,
    Accelerators = 1,
    Interconnect = 2,
    Processors = 3,
    Memory = 4,
    Disks = 5,
    Network = 6,
}
