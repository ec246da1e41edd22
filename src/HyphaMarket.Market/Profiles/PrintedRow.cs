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
    string DiskCapacity);
