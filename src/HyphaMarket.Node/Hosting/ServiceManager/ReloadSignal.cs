using System.Diagnostics;
using System.Runtime.InteropServices;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Configuration;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Hosting.ServiceManager;

/// <summary>SIGHUP reads the configuration again: prices and limits hold from then on; what cannot is named; a mistake changes nothing.</summary>
internal sealed partial class ReloadSignal : IDisposable
{
    private readonly LiveOptions _options;
    private readonly ServiceManagerLink _manager;
    private readonly EventHub _events;
    private readonly ILogger _log;
    private readonly PosixSignalRegistration _registration;

    public ReloadSignal(LiveOptions options, ServiceManagerLink manager, EventHub events, ILogger log)
    {
        (_options, _manager, _events, _log) = (options, manager, events, log);
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            // The default ends the process.
            signal.Cancel = true;
            Reload();
        });
    }

    public void Dispose() => _registration.Dispose();

    private void Reload()
    {
        // On Linux the stopwatch reads CLOCK_MONOTONIC.
        _manager.Reloading((long)(Stopwatch.GetTimestamp() * (1_000_000.0 / Stopwatch.Frequency)));
        try
        {
            var outcome = _options.Reload();
            if (outcome.Applied.Count > 0) LogApplied(string.Join(", ", outcome.Applied));
            else LogNothing();
            if (outcome.NeedRestart.Count > 0)
            {
                var keys = string.Join(", ", outcome.NeedRestart);
                LogRestart(keys);
                _events.Publish(new NodeEvent { Event = NodeEventKind.Warning, Reason = "restart-needed", Message = $"Changed and not taken over: {keys}.", Hint = "Start the node again." });
            }
        }
        catch (FatalException exception)
        {
            foreach (var problem in exception.Problems)
            {
                LogRefused(problem.ToString());
                _events.Publish(new NodeEvent { Event = NodeEventKind.Warning, Reason = "reload-refused", Message = $"{problem.What} {problem.Why} The configuration before it still holds.", Hint = problem.Fix });
            }
        }

        _manager.Ready();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The configuration was read again; from now on hold new values of: {Keys}.")]
    private partial void LogApplied(string keys);

    [LoggerMessage(Level = LogLevel.Information, Message = "The configuration was read again; nothing that can change while the node runs has changed.")]
    private partial void LogNothing();

    [LoggerMessage(Level = LogLevel.Warning, Message = "These changes need a restart: {Keys}.")]
    private partial void LogRestart(string keys);

    [LoggerMessage(Level = LogLevel.Error, Message = "The configuration was not taken over: {Problem}")]
    private partial void LogRefused(string problem);
}
