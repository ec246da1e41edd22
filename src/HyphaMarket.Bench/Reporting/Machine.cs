using System.Globalization;
using System.Runtime.InteropServices;

namespace HyphaMarket.Bench.Reporting;

/// <summary>What the figures were taken on.</summary>
public static class Machine
{
    /// <summary>One line; parts that the system does not tell are left out.</summary>
    public static string Describe()
    {
        var model = Line("/proc/cpuinfo", "model name")?.Split(':', 2)[^1].Trim();
        var memory = Line("/proc/meminfo", "MemTotal")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..]
            ? string.Create(CultureInfo.InvariantCulture, $"{long.Parse(kilobytes, CultureInfo.InvariantCulture) / 1048576.0:0.#} GiB") : null;
        var load = File.Exists("/proc/loadavg") ? "load " + File.ReadAllText("/proc/loadavg").Split(' ')[0] + " at the start" : null;
        return string.Join(", ", new[] { model, $"{Environment.ProcessorCount} processors", memory, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription, load }.OfType<string>());
    }

    private static string? Line(string file, string start) => File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) : null;
}
