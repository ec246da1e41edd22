namespace HyphaMarket.Cli.Devnet;

/// <summary>How this program starts itself again.</summary>
internal static class DevnetProgram
{
    /// <summary>The executable beside this assembly; or the runtime with this assembly; or the single file that is both.</summary>
    public static IReadOnlyList<string> Find()
    {
        var executable = Path.Combine(AppContext.BaseDirectory, "hypha-market");
        if (File.Exists(executable)) return [executable];
        var assembly = executable + ".dll";
        var process = Environment.ProcessPath ?? "dotnet";
        return File.Exists(assembly) ? [process, assembly] : [process];
    }
}
