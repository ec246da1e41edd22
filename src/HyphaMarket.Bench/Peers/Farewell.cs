using System.Diagnostics;

namespace HyphaMarket.Bench.Peers;

/// <summary>Ends a process that stops when its input ends.</summary>
internal static class Farewell
{
    /// <summary>Closes its input, waits for its end, and ends it where it does not by itself; the process is gone and disposed of when this returns.</summary>
    public static async Task EndAsync(Process process, TimeSpan within)
    {
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(within);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process.Dispose();
    }
}
