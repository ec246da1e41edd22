using System.Collections;
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

    /// <summary>
    /// Heaps as many as processors from the start, in place of one more at a time where the runtime sees need, and nothing collected beside the runs.
    /// </summary>
    private static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>
    {
        [Chosen] = "1",
        ["DOTNET_GCDynamicAdaptationMode"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
    };

    /// <summary>Where the settings are not chosen yet, the process begins again with them, as the same process to whoever started it; else nothing happens.</summary>
    /// <param name="args">The command line.</param>
    public static void Choose(string[] args)
    {
        if (Environment.GetEnvironmentVariable(Chosen) is not null || Environment.ProcessPath is not { } program) return;
        // It comes back only where it failed: what is simulated is the same with other settings, and only slower.
        _ = Execute(program, [.. CommandLine(program, args), null], [.. EnvironmentWith(Environment.GetEnvironmentVariables()), null]);
    }

    /// <summary>The command line as the system gets it: with the assembly where the program was started by <c>dotnet</c>.</summary>
    internal static IEnumerable<string> CommandLine(string program, string[] args) =>
        Path.GetFileName(program) == "dotnet" ? [program, Environment.GetCommandLineArgs()[0], .. args] : [program, .. args];

    /// <summary>The variables and the settings; what is set already stays.</summary>
    internal static IEnumerable<string> EnvironmentWith(IDictionary variables)
    {
        foreach (DictionaryEntry variable in variables) yield return $"{variable.Key}={variable.Value}";
        foreach (var (name, value) in Settings)
        {
            if (!variables.Contains(name)) yield return $"{name}={value}";
        }
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string program, string?[] arguments, string?[] environment);
}
