using HyphaMarket.Market.Profiles.Detection;

namespace HyphaMarket.Node.Hardware;

/// <summary>Reads what the kernel says of processors, memory, disks and networks.</summary>
/// <param name="root">Where /proc and /sys are; another directory in tests.</param>
internal sealed class MachineFiles(string root)
{
    public string? Read(params ReadOnlySpan<string> parts)
    {
        var path = Path.Combine([root, .. parts]);
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Some files of /sys fail for devices that are down, such as the speed of an unplugged link: nothing is known then.
            return null;
        }
    }

    public IReadOnlyList<BlockDevice> BlockDevices() =>
        [.. Names("sys", "block").Select(name => new BlockDevice(name,
            Read("sys", "block", name, "size") ?? "", Read("sys", "block", name, "queue", "rotational") ?? "", Read("sys", "block", name, "removable") ?? "", Read("sys", "block", name, "device", "model") ?? ""))];

    public IReadOnlyList<RdmaDevice> RdmaDevices() =>
        [.. Names("sys", "class", "infiniband").Select(name => new RdmaDevice(name, Driver(name),
            Read("sys", "class", "infiniband", name, "ports", "1", "link_layer")?.Trim() ?? "", Read("sys", "class", "infiniband", name, "ports", "1", "state")?.Trim() ?? ""))];

    public IReadOnlyList<string> NetworkSpeeds() =>
        [.. Names("sys", "class", "net").Where(name => name != "lo").Select(name => Read("sys", "class", "net", name, "speed")).OfType<string>()];

    private string Driver(string device)
    {
        var link = new DirectoryInfo(Path.Combine(root, "sys", "class", "infiniband", device, "device", "driver"));
        return Path.GetFileName(link.LinkTarget ?? "");
    }

    private List<string> Names(params ReadOnlySpan<string> parts)
    {
        var directory = new DirectoryInfo(Path.Combine([root, .. parts]));
        return directory.Exists ? [.. directory.EnumerateFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal)] : [];
    }
}
