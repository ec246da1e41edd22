using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>Node and the pinned js packages: finds them, installs the packages on first need, says why where they cannot be had.</summary>
/// <remarks>
/// A machine without Node still runs the rest of the tests, so the absence of a js peer makes a test Ignored with its reason. Where
/// <see cref="RequiredVariable"/> is 1 (as in continuous integration) it is a failure, so that interoperability cannot rot in silence.
/// </remarks>
public static class JsToolchain
{
    public const string RequiredVariable = "HYPHAMARKET_REQUIRE_INTEROP";

    /// <summary>The packages use syntax and built-ins of Node 20; older ones fail in ways that do not say so.</summary>
    private const int MinimumNodeMajor = 20;

    /// <summary>An install takes 4 to 10 s; a slow line deserves patience, a dead one must not hold up a test run for ever.</summary>
    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromSeconds(20);

    private static readonly Lazy<Task<string?>> Obstacle = new(FindObstacleAsync);

    /// <summary>The folder of peer.mjs.</summary>
    public static string PeersDirectory { get; } = Metadata("JsPeersDirectory");

    /// <summary>Makes the running test Ignored (or failed, where interoperability is required) unless js peers can be started.</summary>
    public static async Task RequireAsync()
    {
        var obstacle = await Obstacle.Value;
        if (obstacle is null) return;
        if (Environment.GetEnvironmentVariable(RequiredVariable) == "1") Assert.Fail($"{RequiredVariable}=1, but {obstacle}");
        Assert.Ignore($"Needs js-libp2p peers, but {obstacle}");
    }

    private static async Task<string?> FindObstacleAsync()
    {
        try
        {
            var version = await RunAsync("node", ["--version"], ProbeDeadline);
            if (version.ExitCode != 0) return $"node --version failed: {version.Output}";
            var major = version.Output.TrimStart('v').Split('.')[0];
            if (!int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < MinimumNodeMajor)
                return $"Node {MinimumNodeMajor} or newer is needed and this is {version.Output.Trim()}.";
            return await InstallPackagesAsync();
        }
        catch (System.ComponentModel.Win32Exception notFound)
        {
            return $"Node {MinimumNodeMajor} with npm is not installed ({notFound.Message}).";
        }
    }

    private static async Task<string?> InstallPackagesAsync()
    {
        if (PackagesAreCurrent()) return null;
        await using var installLock = await AcquireInstallLockAsync();
        if (installLock is null) return $"another install of the js packages did not end within {InstallDeadline}.";
        if (PackagesAreCurrent()) return null;
        var install = await RunAsync("npm", ["ci"], InstallDeadline);
        return install.ExitCode == 0 ? null : $"'npm ci' in {PeersDirectory} failed: {install.Output}";
    }

    /// <summary>npm writes its own copy of the lock file last, so one that is older than ours tells of a stale or broken install.</summary>
    private static bool PackagesAreCurrent()
    {
        var installed = new FileInfo(Path.Combine(PeersDirectory, "node_modules", ".package-lock.json"));
        var wanted = new FileInfo(Path.Combine(PeersDirectory, "package-lock.json"));
        return installed.Exists && installed.LastWriteTimeUtc >= wanted.LastWriteTimeUtc;
    }

    /// <summary>Two test runs in one working copy must not both write node_modules.</summary>
    private static async Task<FileStream?> AcquireInstallLockAsync()
    {
        var path = Metadata("InstallLockFile");
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < InstallDeadline)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250));
            }
        }
        return null;
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, string[] arguments, TimeSpan deadline)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = PeersDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(deadline);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"not done within {deadline}.");
        }
        return (process.ExitCode, $"{await output}{await errors}".Trim());
    }

    private static string Metadata(string key) =>
        typeof(JsToolchain).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
