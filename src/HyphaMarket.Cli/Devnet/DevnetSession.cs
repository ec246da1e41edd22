using System.Threading.Channels;

using HyphaMarket.Cli.Client;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Devnet;

/// <summary>A whole network of real daemons on this machine that trades until it is told to end.</summary>
/// <remarks>Everything that happens goes through one bounded channel to one loop, which shows it and counts; leases are used by tasks beside it.</remarks>
internal sealed class DevnetSession(DevnetOptions options, DevnetRegistry registry, IDevnetDisplay display, Action<string> say, TimeProvider time)
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(8);

    /// <summary>Leases that are tried at once; one more waits.</summary>
    private const int ProbesAtOnce = 4;

    private readonly Channel<NodeEvent> _events = Channel.CreateBounded<NodeEvent>(new BoundedChannelOptions(10_000) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
    private readonly SemaphoreSlim _probes = new(ProbesAtOnce);
    private readonly MatchTimes _matchTimes = new();
    private readonly Dictionary<string, EchoServer> _echoes = new(StringComparer.Ordinal);
    private readonly List<DevnetNode> _nodes = [];
    private DevnetState? _state;

    /// <summary>Trades that were certified, leased and used so far.</summary>
    public int Trades { get; private set; }

    /// <returns>Ok when the wanted trades were made, or when stopped without such a wish; timed out when they were not made in time.</returns>
    /// <exception cref="CliException">A node did not come up.</exception>
    public async Task<ExitCode> RunAsync(CancellationToken stop)
    {
        var code = ExitCode.Error;
        try
        {
            await display.RunAsync(async show => code = await RunAsync(show, stop));
            return code;
        }
        finally
        {
            await TakeDownAsync(keepFiles: !options.Temporary || (code != ExitCode.Ok && !stop.IsCancellationRequested));
        }
    }

    private async Task<ExitCode> RunAsync(Action<NodeEvent> show, CancellationToken stop)
    {
        await StartNodesAsync(show, stop);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (options.TimeLimit is { } within) limit.CancelAfter(within);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var trader = new DevnetTrader(options, _nodes, Tell, time).RunAsync(ended.Token);
        var followers = _nodes.Select(node => new DevnetFollower(node, Tell, time).RunAsync(ended.Token)).ToList();
        var background = Task.WhenAll([trader, .. followers]);
        // A fault of ours in the background must end the devnet, not leave it waiting for events that nobody sends.
        var failed = background.ContinueWith(task => _events.Writer.TryComplete(task.Exception), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        try
        {
            await foreach (var happened in _events.Reader.ReadAllAsync(limit.Token))
            {
                show(happened);
                _matchTimes.Add(happened);
                if (happened.Event == NodeEventKind.Lease && Scheduler(happened.Node) is { } scheduler) _ = UseLeaseAsync(scheduler, happened, ended.Token);
                // Without a number of trades it goes on until somebody ends it.
                if (happened.Event != NodeEventKind.Trade || ++Trades < (options.UntilTrades ?? int.MaxValue)) continue;
                show(new NodeEvent { Event = "devnet-done", At = time.GetUtcNow(), Message = $"{Trades} trades; {_matchTimes}." });
                return ExitCode.Ok;
            }
            return ExitCode.Error;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new CliException(ExitCode.TimedOut, "timed-out", $"Only {Trades} of {options.UntilTrades} trades were made within {DurationText.Format(options.TimeLimit!.Value)}.\n{await TailsAsync()}", $"The nodes' files are in {options.Directory}.");
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAny(background, failed);
        }
    }

    private async Task StartNodesAsync(Action<NodeEvent> show, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(options.StartLimit);
        try
        {
            var layout = new DevnetLayout(options, time);
            var network = layout.WriteNetwork();
            say($"Devnet in {options.Directory}: network {network.IdText}, slots of {DurationText.Format(options.SlotLength)}.");
            // The first broker takes a free port; the others learn its address from it.
            var first = Start(layout, "broker-1", NodeRoles.Broker, [], null);
            await first.WaitUntilUpAsync(limit.Token);
            for (var i = 2; i <= options.Brokers; i++) Start(layout, $"broker-{i}", NodeRoles.Broker, first.Addresses, null);
            for (var i = 1; i <= options.Workers; i++)
            {
                var echo = new EchoServer();
                _echoes[$"worker-{i}"] = echo;
                Start(layout, $"worker-{i}", NodeRoles.Worker, first.Addresses, echo.Port);
            }
            for (var i = 1; i <= options.Schedulers; i++) Start(layout, $"scheduler-{i}", NodeRoles.Scheduler, first.Addresses, null);
            await Task.WhenAll(_nodes.Skip(1).Select(node => node.WaitUntilUpAsync(limit.Token)));
            Register();
            await Task.WhenAll(_nodes.Select(node => node.WaitUntilReadyAsync(limit.Token)));
            show(new NodeEvent { Event = "devnet-ready", At = time.GetUtcNow(), Message = $"{_nodes.Count} nodes are ready." });
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new CliException(ExitCode.TimedOut, "timed-out", $"Not all nodes were ready within {DurationText.Format(options.StartLimit)}.\n{await TailsAsync()}", $"Their files are in {options.Directory}.");
        }
    }

    private DevnetNode Start(DevnetLayout layout, string name, NodeRoles role, IReadOnlyList<string> bootstrap, int? tunnelPort)
    {
        var directory = layout.WriteNode(name, role, bootstrap, tunnelPort);
        var node = DevnetNode.Start(name, role, options.Program ?? DevnetProgram.Find(), directory, time);
        _nodes.Add(node);
        // Each time anew, so that `devnet down` finds what a start that hangs has started.
        Register();
        return node;
    }

    private void Register()
    {
        _state = new DevnetState(Environment.ProcessId, UnixProcess.StartTicks(Environment.ProcessId) ?? 0, options.Directory,
            [.. _nodes.Select(node => new DevnetNodeState(node.Name, node.Pid, node.StartTicks, node.Directory, node.PeerId))]);
        registry.Write(_state);
    }

    private async Task UseLeaseAsync(DevnetNode scheduler, NodeEvent leased, CancellationToken stop)
    {
        try
        {
            await _probes.WaitAsync(stop);
            try
            {
                var worker = _nodes.FirstOrDefault(node => node.PeerId == leased.Worker)
                    ?? throw new CliException(ExitCode.Error, "unknown-worker", $"The lease names the worker {leased.Worker}, which is none of this devnet.");
                var echo = _echoes[worker.Name];
                var before = echo.Echoed;
                var bytes = await TunnelProbe.RunAsync(scheduler.Api, leased.Lease!, echo.Port, stop);
                // What came back must have been at the worker's side: a tunnel that loops at home moves nothing.
                if (echo.Echoed - before < bytes) throw new CliException(ExitCode.Error, "tunnel-looped", "The bytes that came back were never at the worker.");
                Tell(leased with { Event = NodeEventKind.Trade, Seq = 0, At = time.GetUtcNow(), Bytes = bytes, Message = null, State = null });
                await scheduler.Api.PostAsync($"/v1/leases/{leased.Lease}/end", new LeaseEndRequest("used"), ApiJson.Default.LeaseEndRequest, ApiJson.Default.LeaseView, stop);
            }
            finally
            {
                _probes.Release();
            }
        }
        catch (CliException e)
        {
            Tell(new NodeEvent { Event = NodeEventKind.Warning, Node = scheduler.Name, At = time.GetUtcNow(), Lease = leased.Lease, Worker = leased.Worker, Reason = e.Error.Code, Message = e.Error.Reason });
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The devnet ends.
        }
    }

    private async Task TakeDownAsync(bool keepFiles)
    {
        await Task.WhenAll(_nodes.Select(node => node.StopAsync(StopWithin)));
        foreach (var node in _nodes) await node.DisposeAsync();
        foreach (var echo in _echoes.Values) await echo.DisposeAsync();
        if (_state is { } state) registry.Remove(state);
        if (!keepFiles && System.IO.Directory.Exists(options.Directory)) System.IO.Directory.Delete(options.Directory, recursive: true);
    }

    private void Tell(NodeEvent happened) => _events.Writer.TryWrite(happened);

    private DevnetNode? Scheduler(string? name) => _nodes.FirstOrDefault(node => node.Name == name && node.Role == NodeRoles.Scheduler);

    private async Task<string> TailsAsync() => string.Join('\n', await Task.WhenAll(_nodes.Select(async node => $"{node.Name}:\n{await node.TailAsync(4)}")));
}
