namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>What a machine's tools and files said, as read; null for a tool or file that is not there.</summary>
public sealed record MachineProbe
{
    /// <summary>Output of nvidia-smi with <see cref="NvidiaSmi.GpuArguments"/>.</summary>
    public string? NvidiaGpus { get; init; }

    /// <summary>Output of nvidia-smi with <see cref="NvidiaSmi.TopologyArguments"/>.</summary>
    public string? NvidiaTopology { get; init; }

    /// <summary>Output of rocm-smi with <see cref="RocmSmi.Arguments"/>.</summary>
    public string? RocmSmi { get; init; }

    /// <summary>/proc/cpuinfo.</summary>
    public string? CpuInfo { get; init; }

    /// <summary>/proc/meminfo.</summary>
    public string? MemInfo { get; init; }

    /// <summary>/sys/block.</summary>
    public IReadOnlyList<BlockDevice> BlockDevices { get; init; } = [];

    /// <summary>Output of df with <see cref="Disks.DfArguments"/>.</summary>
    public string? FileSystems { get; init; }

    /// <summary>/sys/class/infiniband.</summary>
    public IReadOnlyList<RdmaDevice> RdmaDevices { get; init; } = [];

    /// <summary>The texts of /sys/class/net/*/speed: Mbit/s, -1 where unknown.</summary>
    public IReadOnlyList<string> NetworkSpeeds { get; init; } = [];

    /// <summary>Random 4 KiB reads a second by disk name, where somebody measured them.</summary>
    public IReadOnlyDictionary<string, long> MeasuredReads { get; init; } = new Dictionary<string, long>();
}
