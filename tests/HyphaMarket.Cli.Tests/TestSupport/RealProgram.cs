using System.Diagnostics;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.TestSupport;

/// <summary>Runs the program as a process of its own, to its end: its exit code is the one that a shell sees.</summary>
internal static class RealProgram
{
    /// <summary>What is expected to end at once has this long; a daemon that starts after all is ended with the test's failure.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task<CommandResult> RunAsync(CancellationToken stop, params string[] arguments)
    {
        var program = DevnetProgram.Find();
        var start = new ProcessStartInfo(program[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in program.Skip(1).Concat(arguments)) start.ArgumentList.Add(argument);
        ConfigurationSources.Clear(start.Environment);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program[0]} cannot be started.");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new AssertionException($"`{string.Join(' ', arguments)}` did not end within {Limit.TotalSeconds:0} s. It wrote:\n{await output}{await error}");
        }

        return new CommandResult((ExitCode)process.ExitCode, await output, await error);
    }
}
