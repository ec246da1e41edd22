using System.Globalization;
using HyphaMarket.Market.Profiles.Detection;

namespace HyphaMarket.Market.Tests.Profiles.Detection;

/// <summary>Output of tools in the form in which real machines print it, and whole machines made of it.</summary>
internal static class Samples
{
    public static string Read(string name) => RepositoryFiles.Read($"tests/HyphaMarket.Market.Tests/Profiles/Detection/Samples/{name}");

    /// <summary>An 8 x H100 server: 224 processors, 2 TiB, eight data drives of 3.84 TB.</summary>
    public static MachineProbe H100X8 => new()
    {
        NvidiaGpus = Read("h100x8-gpus.txt"),
        NvidiaTopology = Read("h100x8-topology.txt"),
        CpuInfo = CpuInfo(224),
        MemInfo = MemInfo(2_113_000_000),
        BlockDevices = [.. Enumerable.Range(0, 8).Select(i => Nvme(i, 3_840_755_982_336, "SAMSUNG MZQL23T8HCLS-00A07"))],
        RdmaDevices = [new RdmaDevice("mlx5_0", "mlx5_core", "InfiniBand", "4: ACTIVE")],
        NetworkSpeeds = ["400000", "-1"],
    };

    /// <summary>A small cloud instance: one T4, 4 processors, 16 GB, a network disk and a local drive of 125 GB.</summary>
    public static MachineProbe T4X1 => new()
    {
        NvidiaGpus = Read("t4x1-gpus.txt"),
        NvidiaTopology = Read("t4x1-topology.txt"),
        CpuInfo = CpuInfo(4),
        MemInfo = Read("16gb-meminfo.txt"),
        BlockDevices = [Nvme(0, 107_374_182_400, "Amazon Elastic Block Store"), Nvme(1, 125_000_000_000, "Amazon EC2 NVMe Instance Storage"), new BlockDevice("loop0", "51200", "0", "0", "")],
        FileSystems = Read("df.txt"),
    };

    /// <summary>A workstation with 4 x V100 of 16 GB, 40 processors, 256 GB and two drives of 1.92 TB.</summary>
    public static MachineProbe V100X4 => new()
    {
        NvidiaGpus = Read("v100x4-gpus.txt"),
        NvidiaTopology = Read("v100x4-topology.txt"),
        CpuInfo = CpuInfo(40),
        MemInfo = MemInfo(263_600_000),
        BlockDevices = [Nvme(0, 1_920_383_410_176, "INTEL SSDPE2KX020T8"), Nvme(1, 1_920_383_410_176, "INTEL SSDPE2KX020T8")],
    };

    /// <summary>The same class of server without any accelerator.</summary>
    public static MachineProbe None => V100X4 with { NvidiaGpus = Read("none-gpus.txt"), NvidiaTopology = null };

    /// <summary>The published sample of one processor, as often as wanted.</summary>
    public static string CpuInfo(int processors)
    {
        var one = Read("x86-2-cpuinfo.txt").Split("\n\n")[0];
        return string.Concat(Enumerable.Range(0, processors).Select(i => one.Replace("processor\t: 0", $"processor\t: {i}", StringComparison.Ordinal) + "\n\n"));
    }

    public static string MemInfo(long kib) => string.Create(CultureInfo.InvariantCulture, $"MemTotal:       {kib} kB\nMemFree:         9042384 kB\n");

    public static BlockDevice Nvme(int number, long bytes, string model) =>
        new($"nvme{number}n1", (bytes / 512).ToString(CultureInfo.InvariantCulture) + "\n", "0\n", "0\n", model + "\n");
}
