using System.Globalization;

namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>Turns what tools and files said into an inventory.</summary>
public static class InventoryReader
{
    public static InventoryReading Read(MachineProbe probe, ProfileCatalogue catalogue)
    {
        var problems = new List<string>();
        var unread = new SortedSet<MachinePart>();
        var accelerators = ReadAccelerators(probe, catalogue, problems, unread);
        var (processors, architecture, memory) = ReadProcessorsAndMemory(probe, problems);
        var inventory = new MachineInventory
        {
            Accelerators = accelerators,
            Interconnect = ReadInterconnect(probe, accelerators, problems, unread),
            Fabrics = [.. probe.RdmaDevices.Select(device => device.Fabric).Where(fabric => fabric != Fabric.None).Distinct().Order()],
            CpuArchitecture = architecture,
            CpuCores = processors,
            MemoryMib = memory,
            Disks = ReadDisks(probe, problems),
            FileSystemsMib = ReadFileSystems(probe, problems),
            NetworkMbitS = probe.NetworkSpeeds.Select(ReadSpeed).DefaultIfEmpty(0).Max(),
        };
        if (processors == 0 || architecture == CpuArchitecture.None) unread.Add(MachinePart.Processors);
        if (memory == 0) unread.Add(MachinePart.Memory);
        // A driver tells -1, or nothing, where it does not know its speed, as in most virtual machines.
        if (inventory.NetworkMbitS == 0) unread.Add(MachinePart.Network);
        if (problems.Any(problem => problem.StartsWith("/sys/block", StringComparison.Ordinal)) || inventory.Disks.Count == 0) unread.Add(MachinePart.Disks);
        return new InventoryReading(inventory, problems) { Unread = unread };
    }

    private static List<Accelerator> ReadAccelerators(MachineProbe probe, ProfileCatalogue catalogue, List<string> problems, SortedSet<MachinePart> unread)
    {
        var accelerators = new List<Accelerator>();
        if (probe.NvidiaGpus is { } nvidia)
        {
            if (NvidiaSmi.TryParseGpus(nvidia, catalogue, out var gpus, out var problem)) accelerators.AddRange(gpus);
            else Miss(problem);
        }

        if (probe.RocmSmi is { } rocm)
        {
            if (RocmSmi.TryParse(rocm, catalogue, out var gpus, out var problem)) accelerators.AddRange(gpus);
            else Miss(problem);
        }

        foreach (var unknown in accelerators.Where(gpu => gpu.Model is null).Select(gpu => gpu.Name).Distinct()) problems.Add($"\"{unknown}\" is no accelerator that the profile catalogue knows.");
        return accelerators;

        void Miss(string problem)
        {
            problems.Add(problem);
            unread.Add(MachinePart.Accelerators);
            unread.Add(MachinePart.Interconnect);
        }
    }

    private static Interconnect ReadInterconnect(MachineProbe probe, List<Accelerator> accelerators, List<string> problems, SortedSet<MachinePart> unread)
    {
        if (accelerators.Count == 0) return Interconnect.Any;
        // The matrix speaks of NVIDIA's accelerators only: with another vendor's among them PCIe is what joins all.
        if (accelerators.Any(gpu => gpu.Vendor != "nvidia")) return Interconnect.Pcie;
        if (probe.NvidiaTopology is { } topology)
        {
            if (NvidiaSmi.TryParseTopology(topology, out var interconnect, out var problem)) return interconnect;
            problems.Add(problem);
        }

        unread.Add(MachinePart.Interconnect);
        return Interconnect.Pcie;
    }

    private static (int Processors, CpuArchitecture Architecture, long MemoryMib) ReadProcessorsAndMemory(MachineProbe probe, List<string> problems)
    {
        if (!ProcFiles.TryParseCpuInfo(probe.CpuInfo ?? "", out var processors, out var architecture, out var problem)) problems.Add(problem);
        if (!ProcFiles.TryParseMemInfo(probe.MemInfo ?? "", out var memoryMib, out problem)) problems.Add(problem);
        return (processors, architecture, memoryMib);
    }

    private static List<Disk> ReadDisks(MachineProbe probe, List<string> problems)
    {
        var disks = new List<Disk>();
        foreach (var device in probe.BlockDevices)
        {
            var disk = Disks.Read(device, out var problem);
            if (problem is not null) problems.Add(problem);
            if (disk is not null) disks.Add(probe.MeasuredReads.TryGetValue(disk.Name, out var reads) ? disk with { ReadsPerSecond = reads } : disk);
        }

        return disks;
    }

    private static long? ReadFileSystems(MachineProbe probe, List<string> problems)
    {
        if (probe.FileSystems is not { } df) return null;
        if (Disks.TryParseFileSystems(df, out var mib, out var problem)) return mib;
        problems.Add(problem);
        return null;
    }

    private static long ReadSpeed(string text) => long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var mbitS) ? mbitS : 0;
}
