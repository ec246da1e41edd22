using System.Runtime.InteropServices;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli;

/// <summary>One run of a verb, as the process that was started for it.</summary>
internal static class CliProgram
{
    /// <summary>Runs the command line. The first signal asks the verb to end; a second one ends the process at once.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        using var stop = new CancellationTokenSource();
        var signalled = 0;
        PosixSignal? first = null;
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);

        var code = await CliApp.RunAsync(args, new CliApp(CliConsole.System, TimeProvider.System), stop.Token);
        // A verb that ended well after SIGTERM did what it was asked; Ctrl-C is always told, as shells expect.
        return (int)(first == PosixSignal.SIGINT && code == ExitCode.Ok ? ExitCode.Interrupted : code);

        void OnSignal(PosixSignalContext context)
        {
            if (Interlocked.Increment(ref signalled) > 1) return;
            context.Cancel = true;
            first = context.Signal;
            stop.Cancel();
        }
    }
}
