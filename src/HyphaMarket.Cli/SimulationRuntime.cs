using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;

namespace HyphaMarket.Cli;

/// <summary>
/// Settings of the runtime that a process can get by its environment alone, for <c>simulate</c>. Simulations fill all processors and some gigabytes of garbage a minute: with a heap
/// for each processor, collected on all at once, a seed takes less of them (`tests/TESTING.md`). A daemon's memory would grow by them, so they are not in the program's own settings.
/// </summary>
internal static partial class SimulationRuntime
{
    /// <summary>Whoever sets this variable chooses for himself; it also says that the program was started anew.</summary>
    internal const string Chosen = "DOTNET_gcServer";

    /// <summary>From so many seeds on, compiling what is hot anew by profiles of the first runs is earned back: it takes some seven seconds and saves a tenth.</summary>
    private const int ManySeeds = 32;

    /// <summary>
    /// The most garbage that a heap gathers before it is collected; bytes. A seed of half an hour leaves some 750 MB, nearly all of which is
    /// soon dead: the seldomer it is collected, the less there is to move.
    /// </summary>
    private const long MostGarbage = 1L << 30;

    /// <summary>
    /// Heaps as many as processors from the start, in place of one more at a time where the runtime sees need; nothing collected beside the runs, and all seldom.
    /// </summary>
    /// <param name="available">Memory that the process may use; bytes.</param>
    internal static IReadOnlyDictionary<string, string> SettingsFor(string[] args, long available, int processors)
    {
        var settings = new Dictionary<string, string>
        {
            [Chosen] = "1",
            ["DOTNET_GCDynamicAdaptationMode"] = "0",
            ["DOTNET_gcConcurrent"] = "0",
            // An eighth of the memory in all; hexadecimal, as the runtime reads numbers.
            ["DOTNET_GCgen0size"] = Math.Min(MostGarbage, available / 8 / processors).ToString("x", CultureInfo.InvariantCulture),
        };
        if (SeedsOf(args) >= ManySeeds)
        {
            settings["DOTNET_TieredPGO"] = "1";
            // Hexadecimal too: profiles of 256 calls say more than those of 30.
            settings["DOTNET_TC_CallCountThreshold"] = "100";
        }

        return settings;
    }

    /// <summary>The number after <c>--seeds</c>, read before the verbs are: where it is written otherwise the runs are a little slower, and nothing else.</summary>
    private static int SeedsOf(string[] args) =>
        Array.IndexOf(args, "--seeds") is var at and >= 0 && at + 1 < args.Length && int.TryParse(args[at + 1], CultureInfo.InvariantCulture, out var seeds) ? seeds : 0;

    /// <summary>Where the settings are not chosen yet, the process begins again with them, as the same process to whoever started it; else nothing happens.</summary>
    /// <param name="args">The command line.</param>
    public static void Choose(string[] args)
    {
        if (Environment.GetEnvironmentVariable(Chosen) is not null || Environment.ProcessPath is not { } program) return;
        // It comes back only where it failed: what is simulated is the same with other settings, and only slower.
        _ = Execute(program, [.. CommandLine(program, args), null], [.. EnvironmentWith(Environment.GetEnvironmentVariables(), SettingsFor(args, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Environment.ProcessorCount)), null]);
    }

    /// <summary>The command line as the system gets it: with the assembly where the program was started by <c>dotnet</c>.</summary>
    internal static IEnumerable<string> CommandLine(string program, string[] args) =>
        Path.GetFileName(program) == "dotnet" ? [program, Environment.GetCommandLineArgs()[0], .. args] : [program, .. args];

    /// <summary>The variables and the settings; what is set already stays.</summary>
    internal static IEnumerable<string> EnvironmentWith(IDictionary variables, IReadOnlyDictionary<string, string> settings)
    {
        foreach (DictionaryEntry variable in variables) yield return $"{variable.Key}={variable.Value}";
        foreach (var (name, value) in settings)
        {
            if (!variables.Contains(name)) yield return $"{name}={value}";
        }
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string program, string?[] arguments, string?[] environment);
}
