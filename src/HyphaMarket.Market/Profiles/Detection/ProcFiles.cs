using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>Reads the kernel's descriptions of processors and memory.</summary>
public static class ProcFiles
{
    /// <summary>Reads <c>/proc/cpuinfo</c>: logical processors, as clouds and the RFC count cores, and the instruction set.</summary>
    /// <param name="problem">Null, or a sentence about what is missing.</param>
    public static bool TryParseCpuInfo(string text, out int processors, out CpuArchitecture architecture, [NotNullWhen(false)] out string? problem)
    {
        processors = 0;
        architecture = CpuArchitecture.None;
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            var key = line[..colon].Trim();
            var value = line[(colon + 1)..].Trim();
            if (key == "processor" && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _)) processors++;
            // "lm" (long mode) is the flag of a 64-bit x86 processor; an Arm processor states its architecture version instead.
            else if (key == "flags" && $" {value} ".Contains(" lm ", StringComparison.Ordinal)) architecture = CpuArchitecture.X8664;
            else if (key == "CPU architecture" && value is ("8" or "9" or "AArch64")) architecture = CpuArchitecture.Arm64;
        }

        problem = processors > 0 ? null : "/proc/cpuinfo names no processor.";
        return problem is null;
    }

    /// <summary>Reads <c>MemTotal</c> of <c>/proc/meminfo</c>.</summary>
    /// <param name="mib">System memory, MiB, rounded down.</param>
    /// <param name="problem">Null, or a sentence about what is missing.</param>
    public static bool TryParseMemInfo(string text, out long mib, [NotNullWhen(false)] out string? problem)
    {
        mib = 0;
        problem = null;
        foreach (var line in text.Split('\n'))
        {
            if (!line.StartsWith("MemTotal:", StringComparison.Ordinal)) continue;
            var cells = line["MemTotal:".Length..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (cells is [var number, "kB"] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var kib))
            {
                mib = kib / 1024;
                return true;
            }
        }

        problem = "/proc/meminfo has no line \"MemTotal: N kB\".";
        return false;
    }
}
