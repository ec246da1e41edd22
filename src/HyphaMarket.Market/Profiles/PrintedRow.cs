using System.Globalization;
using HyphaMarket.Market.Profiles.Detection;

namespace HyphaMarket.Market.Profiles;

/// <summary>A row of the RFC's Appendix A, cell by cell as printed; for people, not hashed.</summary>
/// <param name="GpuType">GPU Type (Model &amp; VRAM/GPU).</param>
/// <param name="GpuQuantity">GPU Quantity.</param>
/// <param name="TotalGpuVram">Total GPU VRAM (per node/instance).</param>
/// <param name="GpuInterconnect">GPU Interconnect.</param>
/// <param name="CpuType">CPU Type (General Class).</param>
/// <param name="CpuCores">CPU Cores (Range).</param>
/// <param name="SystemMemory">System Memory (Range).</param>
/// <param name="DiskType">Disk Type (General Class).</param>
/// <param name="DiskCapacity">Disk Capacity (Range).</param>
public sealed record PrintedRow(
    string GpuType,
    string GpuQuantity,
    string TotalGpuVram,
    string GpuInterconnect,
    string CpuType,
    string CpuCores,
    string SystemMemory,
    string DiskType,
    string DiskCapacity)
{
    /// <summary>A row in the same form for a profile that the RFC does not print.</summary>
    public static PrintedRow Of(ProfileAttributes requirement)
    {
        return new PrintedRow(
            requirement.AcceleratorCount == 0 ? "none" : requirement.Models.Count == 0 ? "any" : string.Join(", ", requirement.Models),
            Number(requirement.AcceleratorCount),
            Mib(requirement.VramTotalMib),
            ProfileFit.Links(requirement),
            requirement.CpuArchitectures.Count == 0 ? "any" : string.Join(" or ", requirement.CpuArchitectures.Select(architecture => architecture.Name())),
            Number(requirement.CpuCores),
            Mib(requirement.MemoryMib),
            requirement.DiskClass.Name(),
            Mib(requirement.DiskMib));

        static string Mib(long mib) => $"{Number(mib)} MiB";
        static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
