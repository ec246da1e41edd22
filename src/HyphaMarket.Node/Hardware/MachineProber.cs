using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;

namespace HyphaMarket.Node.Hardware;

/// <summary>Asks this machine what it is: runs its vendors' tools, reads the kernel's files, and lets the market's parsers judge.</summary>
public static class MachineProber
{
    /// <summary>What this machine has, with a sentence for each tool or file that failed.</summary>
    public static Task<InventoryReading> ReadAsync(ProfileCatalogue catalogue, CancellationToken stop) => ReadAsync(catalogue, "/", new ToolRunner(), stop);

    /// <param name="tools">Who looks again and again brings the same one: it knows which tools are stuck.</param>
    internal static async Task<InventoryReading> ReadAsync(ProfileCatalogue catalogue, string root, ToolRunner tools, CancellationToken stop)
    {
        // At once, so that the deadlines do not add up.
        var gpus = tools.RunAsync("nvidia-smi", NvidiaSmi.GpuArguments, stop);
        var topology = tools.RunAsync("nvidia-smi", NvidiaSmi.TopologyArguments, stop);
        var rocm = tools.RunAsync("rocm-smi", RocmSmi.Arguments, stop);
        var df = tools.RunAsync("df", Disks.DfArguments, stop);
        var told = await Task.WhenAll(gpus, topology, rocm, df);
        var files = new MachineFiles(root);
        var probe = new MachineProbe
        {
            NvidiaGpus = told[0].Output,
            NvidiaTopology = told[1].Output,
            RocmSmi = told[2].Output,
            CpuInfo = files.Read("proc", "cpuinfo"),
            MemInfo = files.Read("proc", "meminfo"),
            BlockDevices = files.BlockDevices(),
            FileSystems = told[3].Output,
            RdmaDevices = files.RdmaDevices(),
            NetworkSpeeds = files.NetworkSpeeds(),
        };
        var reading = InventoryReader.Read(probe, catalogue);
        var unread = new SortedSet<MachinePart>(reading.Unread);
        // A tool that is not there shows a machine without its accelerators; one that fails shows nothing.
        if (told[0].Problem is not null || told[2].Problem is not null) unread.UnionWith([MachinePart.Accelerators, MachinePart.Interconnect]);
        return reading with { Problems = [.. told.Select(tool => tool.Problem).OfType<string>().Distinct(), .. reading.Problems], Unread = unread };
    }
}
