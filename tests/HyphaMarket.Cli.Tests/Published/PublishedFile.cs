using System.Diagnostics;
using System.Reflection;

using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Published;

/// <summary>The program as users get it: one file, alone in a directory, with nothing of .NET in its environment.</summary>
internal sealed class PublishedFile : IDisposable
{
    /// <summary>Names a file that is published already.</summary>
    public const string Variable = "HYPHAMARKET_PUBLISHED_FILE";

    /// <summary>It takes 100 s of processor time from nothing; this only bounds a hang.</summary>
    private static readonly TimeSpan s_publishDeadline = TimeSpan.FromMinutes(15);

    private readonly TemporaryDirectory _directory = new();
    private readonly List<Process> _daemons = [];

    public string Directory => _directory.Path;

    public string Program => _directory.File("hypha-market");

    /// <summary>Publishes, or takes what <see cref="Variable"/> names, and copies the file to where it is alone.</summary>
    public static async Task<PublishedFile> MakeAsync(CancellationToken stop)
    {
        var made = new PublishedFile();
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            File.Copy(given, made.Program);
            return made;
        }

        var root = typeof(PublishedFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;
        using var artifacts = new TemporaryDirectory();
        // Away from the tree, whose own builds may run meanwhile.
        var start = new ProcessStartInfo("dotnet",
            ["publish", "src/HyphaMarket.Cli", "-c", "Release", "-r", "linux-x64", "-p:PublishProfile=SingleFile", "--artifacts-path", artifacts.File("artifacts"), "-o", artifacts.File("out"), "-v", "q", "-nologo"])
        { WorkingDirectory = root };
        var published = await ToEndAsync(start, s_publishDeadline, stop);
        Assert.That(published.Code, Is.EqualTo(ExitCode.Ok), published.Out + published.Error);
        File.Copy(artifacts.File("out/hypha-market"), made.Program);
        return made;
    }

    /// <summary>Runs one command line to its end.</summary>
    public Task<CommandResult> RunAsync(CancellationToken stop, params string[] arguments) => ToEndAsync(Start(arguments), TimeSpan.FromMinutes(3), stop);

    /// <summary>Starts a daemon, which ends with this object at the latest.</summary>
    public Process StartDaemon(params string[] arguments)
    {
        var start = Start(["node", "run", "--stop-with-stdin", .. arguments]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var daemon = Process.Start(start)!;
        daemon.BeginErrorReadLine();
        daemon.BeginOutputReadLine();
        _daemons.Add(daemon);
        return daemon;
    }

    public void Dispose()
    {
        foreach (var daemon in _daemons)
        {
            if (!daemon.HasExited) daemon.Kill();
            daemon.WaitForExit();
            daemon.Dispose();
        }

        _directory.Dispose();
    }

    private ProcessStartInfo Start(string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { WorkingDirectory = Directory };
        // Neither the SDK nor its settings: only what a shell of a new user has.
        start.Environment.Clear();
        foreach (var (name, value) in new[] { ("PATH", "/usr/bin:/bin"), ("HOME", Directory), ("DOTNET_BUNDLE_EXTRACT_BASE_DIR", _directory.File("unpacked")), ("HYPHAMARKET_SYSTEM_CONFIG", "/dev/null/none") }) start.Environment[name] = value;
        return start;
    }

    private static async Task<CommandResult> ToEndAsync(ProcessStartInfo start, TimeSpan deadline, CancellationToken stop)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(deadline);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        return new CommandResult((ExitCode)process.ExitCode, await output, await error);
    }
}
