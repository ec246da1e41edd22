using System.Diagnostics;
using System.Globalization;

namespace HyphaMarket.Tests.Shared.Namespaces;

/// <summary>A network namespace of Linux that a test makes for itself: a machine of its own as far as the network goes. Disposal takes it away with what runs in it.</summary>
/// <remarks>
/// It needs root and iproute2. Begin a test with <see cref="Require"/>, which makes it Ignored with the reason where they are missing, or failed where
/// <see cref="RequiredVariable"/> is 1. Nothing here touches the machine's own interfaces.
/// </remarks>
internal sealed class NetworkNamespace : IDisposable
{
    public const string RequiredVariable = "HYPHAMARKET_REQUIRE_NAMESPACES";

    private const string Prefix = "hm-";

    /// <summary>A configuration command takes milliseconds; this only bounds a hang on a busy machine.</summary>
    private static readonly TimeSpan s_commandDeadline = TimeSpan.FromSeconds(60);

    private static readonly Lazy<string?> s_obstacle = new(FindObstacle);
    private static int s_last;

    private readonly List<Process> _running = [];

    private NetworkNamespace(string name) => Name = name;

    /// <summary>The name as <c>ip netns list</c> shows it: it holds the id of this process, so that runs side by side do not meet.</summary>
    public string Name { get; }

    /// <summary>Makes the running test Ignored (or failed, where namespaces are required) unless namespaces can be made here.</summary>
    /// <param name="tools">Programs beside <c>ip</c> that the test runs inside, such as <c>nft</c>.</param>
    public static void Require(params string[] tools)
    {
        if ((s_obstacle.Value ?? tools.Select(FindMissing).FirstOrDefault(missing => missing is not null)) is not { } obstacle) return;
        if (Environment.GetEnvironmentVariable(RequiredVariable) == "1") Assert.Fail($"{RequiredVariable}=1, but {obstacle}");
        Assert.Ignore($"Needs network namespaces, but {obstacle}");
    }

    /// <summary>Makes a namespace with nothing in it but its loopback interface, which is up.</summary>
    /// <param name="label">A word for people who look at a failure; short, of letters and digits.</param>
    public static NetworkNamespace Create(string label)
    {
        var made = new NetworkNamespace(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref s_last)}-{label}"));
        Ip("netns", "add", made.Name);
        made.Run("ip", "link", "set", "lo", "up");
        return made;
    }

    /// <summary>Joins two namespaces by a virtual cable whose ends are up.</summary>
    /// <param name="first">One end.</param>
    /// <param name="firstInterface">The name of its interface, at most 15 characters.</param>
    /// <param name="firstAddress">Its address with the prefix length, as in <c>10.0.0.1/24</c>; null for none, as at a bridge.</param>
    /// <param name="second">The other end.</param>
    /// <param name="secondInterface">The name of its interface.</param>
    /// <param name="secondAddress">Its address with the prefix length; null for none.</param>
    public static void AddVeth(
        NetworkNamespace first, string firstInterface, string? firstAddress, NetworkNamespace second, string secondInterface, string? secondAddress)
    {
        // Both ends are born inside their namespaces, so the machine's own list of interfaces never shows them.
        Ip("link", "add", firstInterface, "netns", first.Name, "type", "veth", "peer", "name", secondInterface, "netns", second.Name);
        first.BringUp(firstInterface, firstAddress);
        second.BringUp(secondInterface, secondAddress);
    }

    /// <summary>Waits until the kernel has noticed that an interface has a carrier, which takes it up to a second; until then its addresses count for nothing.</summary>
    public void AwaitCarrier(string name)
    {
        for (var began = Stopwatch.GetTimestamp(); !Run("ip", "link", "show", "dev", name).Contains("state UP", StringComparison.Ordinal);)
        {
            if (Stopwatch.GetElapsedTime(began) > s_commandDeadline) throw new InvalidOperationException($"{name} in {Name} has had no carrier for {s_commandDeadline}.");
        }
    }

    /// <summary>Runs a command inside to its end and returns what it wrote.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds the command and what it wrote.</exception>
    public string Run(string program, params string[] arguments) => ToEnd("ip", ["netns", "exec", Name, program, .. arguments]);

    /// <summary>Starts a program inside, with its input, output and errors redirected. It is killed with the namespace, if it has not ended before; dispose of it after that or not at all.</summary>
    public Process Start(string program, params string[] arguments) => Start(new ProcessStartInfo(program, arguments));

    /// <summary>Starts a program inside; its folder and environment are those of <paramref name="start"/>.</summary>
    public Process Start(ProcessStartInfo start)
    {
        // "ip netns exec" becomes the program, so the id of the process is the program's.
        var inside = new ProcessStartInfo("ip", ["netns", "exec", Name, start.FileName, .. start.ArgumentList])
        {
            WorkingDirectory = start.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in start.Environment) inside.Environment[name] = value;
        var process = Process.Start(inside)!;
        lock (_running) _running.Add(process);
        return process;
    }

    public void Dispose()
    {
        lock (_running)
        {
            foreach (var process in _running)
            {
                // The handle stays with the caller, who may still read the last lines.
                if (!process.HasExited) process.Kill(entireProcessTree: true);
                process.WaitForExit(s_commandDeadline);
            }
            _running.Clear();
        }
        Ip("netns", "delete", Name);
    }

    private void BringUp(string name, string? address)
    {
        // Without "nodad" an IPv6 address could not be used in its first second.
        if (address is not null) Run("ip", ["address", "add", address, "dev", name, .. address.Contains(':', StringComparison.Ordinal) ? new[] { "nodad" } : []]);
        Run("ip", "link", "set", name, "up");
    }

    private static string? FindMissing(string tool)
    {
        try
        {
            ToEnd(tool, ["--version"]);
            return null;
        }
        catch (System.ComponentModel.Win32Exception notFound)
        {
            return $"the program '{tool}' is not installed ({notFound.Message}); tests/install-tools.sh installs it where it may.";
        }
    }

    private static string? FindObstacle()
    {
        if (!OperatingSystem.IsLinux()) return "this is not Linux.";
        try
        {
            RemoveLeftovers();
            using var one = Create("probe");
            using var other = Create("probe");
            AddVeth(one, "probe0", "10.255.255.1/30", other, "probe1", "10.255.255.2/30");
            return null;
        }
        catch (System.ComponentModel.Win32Exception notFound)
        {
            return $"the program 'ip' of iproute2 is not installed ({notFound.Message}).";
        }
        catch (InvalidOperationException refused)
        {
            return $"they are not permitted: {refused.Message}";
        }
    }

    /// <summary>Takes away what runs that were killed have left: namespaces of processes that are no more.</summary>
    private static void RemoveLeftovers()
    {
        foreach (var name in Ip("netns", "list").Split('\n').Select(line => line.Split(' ')[0]).Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            if (int.TryParse(name[Prefix.Length..].Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var owner) && !Directory.Exists($"/proc/{owner}")) Ip("netns", "delete", name);
        }
    }

    private static string Ip(params string[] arguments) => ToEnd("ip", arguments);

    private static string ToEnd(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var command = $"'{program} {string.Join(' ', arguments)}'";
        if (!process.WaitForExit(s_commandDeadline))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{command} did not end within {s_commandDeadline}.");
        }
        Task.WaitAll(output, errors);
        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"{command} failed: {errors.Result.Trim()}");
    }
}
