using System.Diagnostics;
using System.Globalization;

namespace HyphaMarket.Bench.Peers;

/// <summary>A peer in a process of its own, driven line by line; see <see cref="PeerProgram"/>.</summary>
public sealed class PeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3), s_farewell = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly string _name;
    private int _number;

    private PeerProcess(Process process, string name) => (_process, _name) = (process, name);

    /// <summary>Where the other end reaches it.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Starts the program and then the peer in it.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <exception cref="BenchException">The program does not start, or the peer does not.</exception>
    public static async Task<PeerProcess> StartAsync(string name, IReadOnlyList<string> command, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(command);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        // As the service unit starts a node: a debugger's threads and its socket are not for a server.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        Process? process;
        try
        {
            process = Process.Start(start) ?? throw new BenchException($"{name} did not start.");
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new BenchException($"{name} did not start: {exception.Message}", exception);
        }

        // What it complains of must not fill the pipe and stop it; the answers tell what went wrong.
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var peer = new PeerProcess(process, name);
        try
        {
            peer.Address = (await peer.AskAsync("start", "", stop)).Text("address");
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>A command that measures; the answer's count and seconds.</summary>
    /// <param name="arguments">As in a <see cref="PeerLine"/>.</param>
    /// <exception cref="BenchException">The peer failed, or did not answer in time.</exception>
    public async Task<Sample> MeasureAsync(string command, string arguments, CancellationToken stop)
    {
        var answer = await AskAsync(command, arguments, stop);
        return new Sample(answer.Real("count"), answer.Real("seconds"));
    }

    /// <exception cref="BenchException">The peer failed, or did not answer in time.</exception>
    internal async Task<PeerLine> AskAsync(string command, string arguments, CancellationToken stop)
    {
        var request = new PeerLine(++_number, command, arguments);
        await _process.StandardInput.WriteLineAsync(request.ToString().AsMemory(), stop);
        await _process.StandardInput.FlushAsync(stop);
        while (true)
        {
            string? line;
            try
            {
                line = await _process.StandardOutput.ReadLineAsync(stop).AsTask().WaitAsync(s_patience, stop);
            }
            catch (TimeoutException exception)
            {
                throw new BenchException($"{_name} did not answer '{command}' within {s_patience.TotalSeconds:0} s.", exception);
            }

            if (line is null) throw new BenchException($"{_name} ended at '{command}'.");
            if (PeerLine.TryParse(line) is not { } answer || answer.Number != _number) continue;
            if (answer.Word == PeerLine.Ok) return answer;
            throw new BenchException($"{_name} could not do '{command}': {answer.Rest}");
        }
    }

    /// <summary>Bytes of memory in use by the process, as the system counts them.</summary>
    public long ResidentBytes => Status("VmRSS:") * 1024;

    public long Threads => Status("Threads:");

    public async ValueTask DisposeAsync() => await Farewell.EndAsync(_process, s_farewell);

    private long Status(string field)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal))
            ?? throw new BenchException($"The system does not tell {field} of {_name}.");
        return long.Parse(line[field.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
