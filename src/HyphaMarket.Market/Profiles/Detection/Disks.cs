using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>Tells the disks of a machine from what the kernel and <c>df</c> say.</summary>
public static class Disks
{
    /// <summary>The arguments of <c>df</c> whose output <see cref="TryParseFileSystems"/> reads: sizes in MiB, one file system a line.</summary>
    public const string DfArguments = "--block-size=1M --output=source,size,target";

    /// <summary>Not disks, or made of disks that are listed themselves.</summary>
    private static readonly string[] NotDisks = ["loop", "ram", "zram", "sr", "fd", "dm-", "md", "nbd", "rbd"];

    /// <summary>Disks over a network that show themselves as NVMe: their class is that of an SSD.</summary>
    private static readonly string[] NetworkDisks = ["Amazon Elastic Block Store", "nvme_card-pd", "MSFT NVMe Accelerator"];

    /// <summary>File systems that are memory or read-only images.</summary>
    private static readonly string[] NotOnDisk = ["tmpfs", "devtmpfs", "udev", "efivarfs", "none", "shm", "/dev/loop"];

    /// <summary>The disk that a block device is, or null for what is none: loops, memory, removable media, empty slots.</summary>
    /// <param name="problem">Null, or a sentence about a text that cannot be read.</param>
    public static Disk? Read(BlockDevice device, out string? problem)
    {
        problem = null;
        if (NotDisks.Any(prefix => device.Name.StartsWith(prefix, StringComparison.Ordinal)) || device.Removable.Trim() == "1") return null;
        if (!long.TryParse(device.Size.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var sectors) || device.Rotational.Trim() is not ("0" or "1"))
        {
            problem = $"/sys/block/{device.Name} has a size or a rotational flag that cannot be read.";
            return null;
        }

        if (sectors < 2_048) return null;
        var isNetwork = NetworkDisks.Any(model => device.Model.Contains(model, StringComparison.OrdinalIgnoreCase));
        var isNvme = device.Name.StartsWith("nvme", StringComparison.Ordinal) && !isNetwork;
        var diskClass = isNvme ? DiskClass.Nvme : device.Rotational.Trim() == "0" || isNetwork ? DiskClass.Ssd : DiskClass.Any;
        return new Disk(device.Name, sectors / 2_048, diskClass);
    }

    /// <summary>The size of all file systems on disks together.</summary>
    /// <param name="mib">MiB; a source that is mounted twice counts once.</param>
    /// <param name="problem">Null, or a sentence about a line that cannot be read.</param>
    public static bool TryParseFileSystems(string df, out long mib, [NotNullWhen(false)] out string? problem)
    {
        mib = 0;
        problem = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var lines = df.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || !lines[0].StartsWith("Filesystem", StringComparison.Ordinal)) problem = "df printed no heading.";
        foreach (var line in lines.Skip(1))
        {
            if (problem is not null) break;
            var cells = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (cells.Length < 3 || !long.TryParse(cells[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)) problem = $"df printed \"{(line.Length <= 80 ? line : line[..80])}\" where source, size and target were expected.";
            else if (!NotOnDisk.Any(prefix => cells[0].StartsWith(prefix, StringComparison.Ordinal)) && seen.Add(cells[0])) mib += size;
        }

        if (problem is not null) mib = 0;
        return problem is null;
    }
}
