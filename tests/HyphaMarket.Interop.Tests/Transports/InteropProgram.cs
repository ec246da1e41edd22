using System.Diagnostics;
using System.Text;
using HyphaMarket.Interop.Tests.Harness;

namespace HyphaMarket.Interop.Tests.Transports;

/// <summary>A process that follows the contract: ours, or the one by js-libp2p.</summary>
internal sealed class InteropProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Task<string> _output;

    private InteropProgram(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => { lock (_errors) _errors.AppendLine(line.Data); };
        _process.BeginErrorReadLine();
        _output = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
    }

    /// <summary>What it wrote to standard error so far.</summary>
    public string Errors
    {
        get { lock (_errors) return _errors.ToString(); }
    }

    public static InteropProgram StartNet(IReadOnlyDictionary<string, string> environment) =>
        Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "HyphaMarket.TransportInterop.dll")], environment);

    public static InteropProgram StartJs(IReadOnlyDictionary<string, string> environment) => Start("node", ["transport-interop.mjs"], environment);

    /// <summary>Waits for the end; gives the exit code and standard output.</summary>
    public async Task<(int ExitCode, string Output)> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return (_process.ExitCode, await _output);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        await _output;
        _process.Dispose();
    }

    private static InteropProgram Start(string program, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = JsToolchain.PeersDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new InteropProgram(start);
    }
}
