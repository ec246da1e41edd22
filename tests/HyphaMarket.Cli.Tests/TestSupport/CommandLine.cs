using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.TestSupport;

/// <summary>Runs command lines in this process and keeps what they write.</summary>
internal sealed class CommandLine : IDisposable
{
    public TemporaryDirectory Directory { get; } = new();

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal) { ["HYPHAMARKET_SYSTEM_CONFIG"] = "/dev/null/none" };

    public bool OutputIsTerminal { get; set; }

    public string DataDirectory => Directory.File("d");

    /// <summary>Runs one command line on the test's own data directory.</summary>
    public async Task<CommandResult> RunAsync(CancellationToken stop, params string[] args)
    {
        Environment["HYPHAMARKET_DATA"] = DataDirectory;
        Environment["XDG_RUNTIME_DIR"] = Directory.Path;
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = new CliConsole(TextWriter.Synchronized(output), TextWriter.Synchronized(error), OutputIsTerminal, Environment);
        var code = await CliApp.RunAsync(args, new CliApp(console, TimeProvider.System), stop);
        return new CommandResult(code, output.ToString(), error.ToString());
    }

    public Task<CommandResult> RunAsync(params string[] args) => RunAsync(CancellationToken.None, args);

    public void Dispose() => Directory.Dispose();
}

/// <param name="Code">The exit code.</param>
internal sealed record CommandResult(ExitCode Code, string Out, string Error);
