namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>What a machine has, in the units of requirements.</summary>
public sealed record MachineInventory
{
    /// <summary>What an NVMe drive is taken to read when nobody measured it: the slow end of data-centre drives, random 4 KiB reads a second.</summary>
    public const long AssumedNvmeReadsPerSecond = 250_000;

    /// <summary>Random 4 KiB reads a second of all NVMe drives together that count as high IOPS: two unmeasured drives, or one fast one.</summary>
    public const long HighReadsPerSecond = 500_000;

    /// <summary>The same for ultra-high IOPS: eight unmeasured drives, as the largest cloud instances have.</summary>
    public const long UltraReadsPerSecond = 2_000_000;

    public IReadOnlyList<Accelerator> Accelerators { get; init; } = [];

    /// <summary>The link that joins all accelerators; <see cref="Interconnect.Pcie"/> for one alone.</summary>
    public Interconnect Interconnect { get; init; }

    /// <summary>Sorted, without repeats.</summary>
    public IReadOnlyList<Fabric> Fabrics { get; init; } = [];

    /// <summary><see cref="CpuArchitecture.None"/> when not recognised.</summary>
    public CpuArchitecture CpuArchitecture { get; init; }

    /// <summary>Logical processors.</summary>
    public int CpuCores { get; init; }

    /// <summary>System memory, MiB, as the kernel shows it.</summary>
    public long MemoryMib { get; init; }

    public IReadOnlyList<Disk> Disks { get; init; } = [];

    /// <summary>The size of all file systems together, MiB, or null when unknown. A disk without one is of no use to a lease, so it bounds the disks' capacity.</summary>
    public long? FileSystemsMib { get; init; }

    /// <summary>The fastest network link, Mbit/s; 0 when unknown.</summary>
    public long NetworkMbitS { get; init; }

    /// <summary>The best class that some disks of the machine reach.</summary>
    public DiskClass DiskClass
    {
        get
        {
            var reads = Disks.Where(disk => disk.Class == DiskClass.Nvme).Sum(disk => disk.ReadsPerSecond ?? AssumedNvmeReadsPerSecond);
            if (reads >= UltraReadsPerSecond) return DiskClass.UltraIops;
            return reads >= HighReadsPerSecond ? DiskClass.HighIops : Disks.Select(disk => disk.Class).DefaultIfEmpty(DiskClass.Any).Max();
        }
    }

    /// <summary>Usable capacity, MiB, of the disks that are at least of a class; 0 when the machine does not reach it.</summary>
    public long DiskMibOf(DiskClass atLeast)
    {
        if (DiskClass < atLeast) return 0;
        var drive = atLeast > DiskClass.Nvme ? DiskClass.Nvme : atLeast;
        var capacity = Disks.Where(disk => disk.Class >= drive).Sum(disk => disk.SizeMib);
        return Math.Min(capacity, FileSystemsMib ?? long.MaxValue);
    }
}
