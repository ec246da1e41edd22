namespace HyphaMarket.Node.Hosting;

/// <summary>Ends the process when a part hangs while stopping: whoever asked for a stop gets one.</summary>
internal sealed class StopWatchdog : IDisposable
{
    /// <summary>The host gives up on its parts after the configured time; then their disposal gets this long.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenRegistration _registration;
    private Timer? _timer;

    public StopWatchdog(CancellationToken stopping, TimeSpan within) => _registration = stopping.Register(() => _timer = new Timer(_ => End(within), null, within + Grace, Timeout.InfiniteTimeSpan));

    public void Dispose()
    {
        _registration.Dispose();
        _timer?.Dispose();
    }

    private static void End(TimeSpan within)
    {
        Console.Error.WriteLine($"The node did not stop within {Configuration.DurationText.Format(within)} and is ended. What it acknowledged is on disk.");
        Environment.Exit((int)ExitCode.TimedOut);
    }
}
