using System.Globalization;
using HyphaMarket.Node.Api.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Hosting.ServiceManager;

/// <summary>The daemon's side of systemd's Type=notify-reload: ready, reloading, stopping, and alive. Without a manager it does nothing.</summary>
/// <remarks>
/// The watchdog is fed only while every loop around a protocol core still answers. Sources: sd_notify(3), sd_watchdog_enabled(3).
/// </remarks>
internal sealed partial class ServiceManagerLink : IAsyncDisposable
{
    private readonly ServiceNotifier? _notifier;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _feeding = Task.CompletedTask;

    private ServiceManagerLink(ServiceNotifier? notifier, TimeSpan? watchdog, IReadOnlyList<ILivenessCheck> checks, TimeProvider time, ILogger log)
    {
        (_notifier, _log) = (notifier, log);
        if (notifier is not null && watchdog is { } limit) _feeding = FeedAsync(limit, checks, time);
    }

    /// <summary>Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID as the manager set them for this process.</summary>
    public static ServiceManagerLink Open(IServiceProvider services, ILoggerFactory logs)
    {
        var log = logs.CreateLogger<ServiceManagerLink>();
        ServiceNotifier? notifier = null;
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } path)
        {
            try
            {
                notifier = new ServiceNotifier(path);
            }
            catch (ArgumentException e)
            {
                LogNoManager(log, e.Message);
            }
        }

        return new ServiceManagerLink(notifier, WatchdogOf(Environment.GetEnvironmentVariable, Environment.ProcessId), [.. services.GetServices<ILivenessCheck>()], services.GetRequiredService<TimeProvider>(), log);
    }

    /// <summary>How long the manager waits for a sign of life; null where it does not wait for one of this process.</summary>
    internal static TimeSpan? WatchdogOf(Func<string, string?> environment, int process)
    {
        if (!long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) || microseconds <= 0) return null;
        if (environment("WATCHDOG_PID") is { Length: > 0 } pid && pid != process.ToString(CultureInfo.InvariantCulture)) return null;
        return TimeSpan.FromMicroseconds(microseconds);
    }

    public void Ready() => Tell("READY=1\nSTATUS=Running.");

    /// <param name="monotonic">The monotonic clock in microseconds: the manager tells by it an old message from a new one.</param>
    public void Reloading(long monotonic) => Tell(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={monotonic}\nSTATUS=Reading the configuration."));

    public void Stopping() => Tell("STOPPING=1\nSTATUS=Stopping.");

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _feeding;
        _ended.Dispose();
        _notifier?.Dispose();
    }

    private void Tell(string message)
    {
        if (_notifier?.TrySend(message) == false) LogNotTold(message.ReplaceLineEndings(" "));
    }

    private async Task FeedAsync(TimeSpan limit, IReadOnlyList<ILivenessCheck> checks, TimeProvider time)
    {
        // "It is recommended that a daemon sends a keep-alive notification message every half of the time returned here."
        var half = limit / 2;
        try
        {
            using var timer = new PeriodicTimer(half, time);
            do
            {
                using var within = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
                within.CancelAfter(half);
                if (await FirstDeafAsync(checks, within.Token) is not { } deaf) Tell("WATCHDOG=1");
                else if (!_ended.IsCancellationRequested) LogDeaf(deaf, half);
            }
            while (await timer.WaitForNextTickAsync(_ended.Token));
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The daemon stops.
        }
    }

    private static async Task<string?> FirstDeafAsync(IReadOnlyList<ILivenessCheck> checks, CancellationToken within)
    {
        foreach (var check in checks)
        {
            try
            {
                await check.AnswerAsync(within);
            }
            catch (OperationCanceledException)
            {
                return check.Name;
            }
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The service manager is told nothing: {Reason}")]
    private static partial void LogNoManager(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The service manager did not take '{Message}'.")]
    private partial void LogNotTold(string message);

    [LoggerMessage(Level = LogLevel.Error, Message = "The loop of {Loop} did not answer within {Limit}; the service manager will restart the daemon if it stays so.")]
    private partial void LogDeaf(string loop, TimeSpan limit);
}
