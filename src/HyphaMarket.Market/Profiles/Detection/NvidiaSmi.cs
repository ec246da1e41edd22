using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>Reads what <c>nvidia-smi</c> prints.</summary>
public static partial class NvidiaSmi
{
    /// <summary>The arguments whose output <see cref="TryParseGpus"/> reads.</summary>
    public const string GpuArguments = "--query-gpu=index,name,memory.total --format=csv,noheader,nounits";

    /// <summary>The arguments whose output <see cref="TryParseTopology"/> reads.</summary>
    public const string TopologyArguments = "topo -m";

    /// <summary>The arguments whose output is the driver's version, a line for each accelerator.</summary>
    public const string DriverArguments = "--query-gpu=driver_version --format=csv,noheader";

    /// <summary>No NVIDIA accelerator up to and including Blackwell has more NVLinks; with more than this towards all the others together there must be a switch.</summary>
    private const int MostLinksOfOneGpu = 18;

    /// <summary>Lines of output beyond which it is not read: no machine has as many accelerators.</summary>
    private const int MaxGpus = 1_024;

    /// <summary>Reads one line for each accelerator: <c>0, Tesla T4, 15360</c> (index, product name, memory in MiB).</summary>
    /// <param name="gpus">Empty where the tool says that there are none; also when it fails.</param>
    /// <param name="problem">Null, or a sentence about the line that cannot be read.</param>
    public static bool TryParseGpus(string output, ProfileCatalogue catalogue, out IReadOnlyList<Accelerator> gpus, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        gpus = [];
        var lines = Lines(output);
        if (lines.Count == 0 || lines[0].StartsWith("No devices were found", StringComparison.OrdinalIgnoreCase)) return true;
        if (lines.Count > MaxGpus)
        {
            problem = $"nvidia-smi printed {lines.Count} lines; at most {MaxGpus} accelerators are read.";
            return false;
        }

        var found = new List<Accelerator>();
        foreach (var line in lines)
        {
            // The name stands between the first and the last comma, so that a comma in it would do no harm.
            var (first, last) = (line.IndexOf(',', StringComparison.Ordinal), line.LastIndexOf(','));
            if (first <= 0 || last <= first
                || !int.TryParse(line.AsSpan(0, first), NumberStyles.None, CultureInfo.InvariantCulture, out _)
                || !long.TryParse(line.AsSpan(last + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var mib)
                || mib is < 1 or > 1L << 40)
            {
                problem = $"nvidia-smi printed \"{Shorten(line)}\" where index, name and memory in MiB were expected.";
                return false;
            }

            var name = line[(first + 1)..last].Trim();
            found.Add(new Accelerator("nvidia", name, catalogue.ModelOf("nvidia", name)?.Id, mib));
        }

        gpus = found;
        return true;
    }

    /// <summary>Reads the matrix of links between accelerators.</summary>
    /// <param name="interconnect">NVSwitch where every pair has more links than a direct wiring could give; NVLink where links join all
    /// of them, if over others; PCIe otherwise; any where there is no accelerator.</param>
    /// <param name="problem">Null, or a sentence about what cannot be read.</param>
    public static bool TryParseTopology(string output, out Interconnect interconnect, [NotNullWhen(false)] out string? problem)
    {
        interconnect = Interconnect.Any;
        problem = null;
        // The heading is underlined on some versions, even where the output is not a terminal.
        var lines = Lines(EscapeSequence().Replace(output, ""));
        var heading = lines.FindIndex(line => Cells(line) is [var first, ..] && first == "GPU0");
        if (heading < 0)
        {
            problem = "nvidia-smi topo printed no heading that starts with GPU0.";
            return false;
        }

        var count = Cells(lines[heading]).TakeWhile((cell, index) => cell == $"GPU{index}").Count();
        var links = new int[count, count];
        for (var row = 0; row < count; row++)
        {
            var cells = heading + 1 + row < lines.Count ? Cells(lines[heading + 1 + row]) : [];
            if (cells.Length <= count || cells[0] != $"GPU{row}")
            {
                problem = $"nvidia-smi topo printed no whole row for GPU{row}.";
                return false;
            }

            for (var column = 0; column < count; column++)
            {
                var cell = cells[column + 1];
                var isLink = NvLinkCell().Match(cell) is { Success: true } match && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out links[row, column]);
                if (isLink || cell is "X" or "PIX" or "PXB" or "PHB" or "NODE" or "SYS") continue;
                problem = $"nvidia-smi topo printed \"{Shorten(cell)}\" between GPU{row} and GPU{column}.";
                return false;
            }
        }

        interconnect = Classify(links, count);
        return true;
    }

    private static Interconnect Classify(int[,] links, int count)
    {
        if (count < 2) return Interconnect.Pcie;
        var fewest = int.MaxValue;
        var reached = new HashSet<int> { 0 };
        var open = new Queue<int>(reached);
        while (open.TryDequeue(out var from))
        {
            for (var to = 0; to < count; to++)
            {
                if (to == from) continue;
                fewest = Math.Min(fewest, links[from, to]);
                if (links[from, to] > 0 && reached.Add(to)) open.Enqueue(to);
            }
        }

        if (reached.Count < count) return Interconnect.Pcie;
        return fewest * (count - 1) > MostLinksOfOneGpu ? Interconnect.NvSwitch : Interconnect.NvLink;
    }

    private static List<string> Lines(string output) => [.. output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private static string[] Cells(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string Shorten(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 80), "...");

    [GeneratedRegex(@"\x1b\[[0-9;]*m")]
    private static partial Regex EscapeSequence();

    [GeneratedRegex(@"^NV(\d{1,3})$")]
    private static partial Regex NvLinkCell();
}
