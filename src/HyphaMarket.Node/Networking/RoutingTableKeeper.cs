using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Persistence;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Networking;

/// <summary>Keeps the routing table in the data directory, so that a restarted node needs no bootstrap peer.</summary>
internal sealed partial class RoutingTableKeeper(KademliaDht dht, string path, string protocol, EventHub events, TimeProvider time, ILogger<RoutingTableKeeper> log) : IAsyncDisposable
{
    // A crash loses at most this much of what was learnt of the network, which an hour-old table still finds.
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private bool _toldOfFailure;
    private int _stopped;

    /// <summary>Gives the table of the last run to the DHT, which is not started yet, and begins to keep the new one.</summary>
    public void Start()
    {
        try
        {
            var load = RoutingTableFile.Load(path, protocol);
            if (load.Problem is { } problem) Tell("routing-table-damaged", $"{problem} It is kept as {load.SetAside}.", "Nothing needs to be done: the node meets the network through its bootstrap peers again.");
            dht.Restore(load.Peers);
            LogLoaded(load.Peers.Count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Tell("routing-table-unreadable", $"The routing table {path} cannot be read: {e.Message}", "The node meets the network through its bootstrap peers.");
        }
        _running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        // The network is stopped as a part and disposed with the container.
        if (Interlocked.Exchange(ref _stopped, 1) == 1) return;
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await dht.Bootstrapped.WaitAsync(_stopping.Token);
            using var timer = new PeriodicTimer(Interval, time);
            do Save();
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // The node stops: what it knows now is what the next run wants.
        }
        Save();
    }

    private void Save()
    {
        var peers = dht.TakeSnapshot();
        // A node that was offline for a while knows nobody, and what it knew before is worth more.
        if (peers.Count == 0) return;
        try
        {
            RoutingTableFile.Save(path, protocol, peers);
            _toldOfFailure = false;
            LogSaved(peers.Count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_toldOfFailure) Tell("routing-table-not-saved", $"The routing table {path} cannot be written: {e.Message}", "See whether the disk is full. After a restart the node meets the network through its bootstrap peers.");
            _toldOfFailure = true;
        }
    }

    private void Tell(string reason, string message, string hint)
    {
        LogProblem(message);
        events.Publish(new NodeEvent { Event = NodeEventKind.Warning, Reason = reason, Message = message, Hint = hint });
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Peers} peers of the last run's routing table are asked first.")]
    private partial void LogLoaded(int peers);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The routing table was kept with {Peers} peers.")]
    private partial void LogSaved(int peers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private partial void LogProblem(string problem);
}
