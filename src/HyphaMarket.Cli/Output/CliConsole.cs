namespace HyphaMarket.Cli.Output;

/// <summary>Where the program reads and writes: data to one writer, talk to the other.</summary>
/// <param name="OutputIsTerminal">Whether tables may have borders and colours, and live displays make sense.</param>
/// <param name="Environment">Names and values of the process environment.</param>
internal sealed record CliConsole(TextWriter Out, TextWriter Error, bool OutputIsTerminal, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The process's own streams.</summary>
    public static CliConsole System { get; } = new(
        Console.Out, Console.Error, !Console.IsOutputRedirected, Node.Configuration.ConfigurationSources.ProcessEnvironment()) { ErrorIsTerminal = !Console.IsErrorRedirected };

    /// <summary>Whether somebody sees a progress bar.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether colours are wanted: no-color.org, "when present and not an empty string".</summary>
    public bool Color => OutputIsTerminal && !(Environment.TryGetValue("NO_COLOR", out var no) && no.Length > 0);
}
