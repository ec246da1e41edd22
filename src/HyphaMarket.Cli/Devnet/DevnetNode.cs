using System.Diagnostics;

using HyphaMarket.Cli.Client;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Devnet;

/// <summary>One node of a devnet: a child process with a data directory of its own and a client of its API.</summary>
internal sealed class DevnetNode : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly Process _process;
    private readonly StreamWriter _console;
    private readonly Task _pumps;

    private DevnetNode(string name, NodeRoles role, string directory, Process process, StreamWriter console, TimeProvider time)
    {
        (Name, Role, Directory, _process, _console, _time) = (name, role, directory, process, console, time);
        StartTicks = UnixProcess.StartTicks(process.Id) ?? 0;
        Api = new ApiClient(Path.Combine(directory, "api.sock"));
        _pumps = Task.WhenAll(PumpAsync(process.StandardOutput), PumpAsync(process.StandardError));
    }

    public string Name { get; }
    public NodeRoles Role { get; }
    public string Directory { get; }
    public ApiClient Api { get; }
    public int Pid => _process.Id;
    public long StartTicks { get; }
    public string PeerId { get; private set; } = "";

    /// <summary>Where others dial it; known once it is ready.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];
    public bool HasExited => _process.HasExited;
    public int ExitCode => _process.ExitCode;

    /// <summary>What a node does with its standard output and error is kept here.</summary>
    public string ConsoleFile => Path.Combine(Directory, "console.log");

    /// <param name="program">The program and its first arguments.</param>
    /// <param name="directory">Prepared: it holds a key and a configuration.</param>
    public static DevnetNode Start(string name, NodeRoles role, IReadOnlyList<string> program, string directory, TimeProvider time)
    {
        var start = new ProcessStartInfo(program[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory };
        foreach (var argument in program.Skip(1)) start.ArgumentList.Add(argument);
        // The node reads its input to the end: when this process dies, however it dies, the pipe closes and the node stops.
        foreach (var argument in new[] { "node", "run", "--data", directory, "--stop-with-stdin" }) start.ArgumentList.Add(argument);
        ConfigurationSources.Clear(start.Environment);
        var console = new StreamWriter(Path.Combine(directory, "console.log"), append: true) { AutoFlush = true };
        try
        {
            var process = Process.Start(start) ?? throw new CliException(Node.Hosting.ExitCode.Error, "cannot-start", $"The process of {name} cannot be started.");
            return new DevnetNode(name, role, directory, process, console, time);
        }
        catch
        {
            console.Dispose();
            throw;
        }
    }

    /// <summary>Returns when the node's API answers and says where the node listens.</summary>
    /// <exception cref="CliException">The node ended before, with the last lines that it wrote.</exception>
    public async Task WaitUntilUpAsync(CancellationToken stop)
    {
        while (true)
        {
            if (_process.HasExited) throw new CliException(Node.Hosting.ExitCode.Error, "node-exited", $"{Name} ended with {_process.ExitCode} before it was up.\n{await TailAsync()}", $"Its files are in {Directory}.");
            try
            {
                var status = await Api.GetAsync("/v1/status", ApiJson.Default.NodeStatus, stop);
                if (status.Addresses.Count > 0)
                {
                    (PeerId, Addresses) = (status.PeerId, status.Addresses);
                    return;
                }
            }
            catch (CliException e) when (e.ExitCode == Node.Hosting.ExitCode.DaemonUnreachable)
            {
                // It has not begun to listen yet.
            }
            await Task.Delay(Poll, _time, stop);
        }
    }

    /// <summary>Returns when the node says that it is ready.</summary>
    /// <exception cref="CliException">The node ended before.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken stop)
    {
        while (!(await Api.GetAsync("/v1/status", ApiJson.Default.NodeStatus, stop)).Ready)
        {
            if (_process.HasExited) throw new CliException(Node.Hosting.ExitCode.Error, "node-exited", $"{Name} ended with {_process.ExitCode} before it was ready.\n{await TailAsync()}", $"Its files are in {Directory}.");
            await Task.Delay(Poll, _time, stop);
        }
    }

    /// <summary>SIGTERM, and SIGKILL for a node that does not end in time.</summary>
    public async Task StopAsync(TimeSpan within)
    {
        if (!_process.HasExited) UnixProcess.Signal(Pid, StartTicks, UnixProcess.Terminate);
        using var limit = new CancellationTokenSource(within, _time);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>The last lines that the node wrote.</summary>
    public async Task<string> TailAsync(int lines = 12)
    {
        if (_process.HasExited) await _pumps;
        return string.Join('\n', (await File.ReadAllLinesAsync(ConsoleFile)).TakeLast(lines).Select(line => "  | " + line));
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        await _pumps;
        await _console.DisposeAsync();
        _process.Dispose();
    }

    private async Task PumpAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_console) _console.WriteLine(line);
        }
    }
}
