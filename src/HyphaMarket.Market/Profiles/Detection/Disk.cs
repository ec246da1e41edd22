namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>One disk of the machine.</summary>
/// <param name="Name">Such as <c>nvme0n1</c>.</param>
/// <param name="SizeMib">Capacity, MiB.</param>
/// <param name="Class"><see cref="DiskClass.Any"/> for a spinning disk, <see cref="DiskClass.Ssd"/>, or <see cref="DiskClass.Nvme"/>; the faster classes are of all disks together.</param>
/// <param name="ReadsPerSecond">Random 4 KiB reads a second, measured, or null.</param>
public sealed record Disk(string Name, long SizeMib, DiskClass Class, long? ReadsPerSecond = null);
