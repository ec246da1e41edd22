using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>The loop around a policy that places and cancels orders by itself, once a slot pair. Nothing runs while it is not configured.</summary>
/// <remarks>Everything is decided on what the trader's loop knows at that moment, so what people do beside it, and a restart, need no special case.</remarks>
public abstract partial class StandingAgent : IHostedService, IAsyncDisposable
{
    /// <summary>Decisions in one pass: withdraw, place, and one more for what happened meanwhile. The next pass goes on.</summary>
    private const int Rounds = 3;

    /// <summary>The longest pause after failures: brokers that are back are found within a minute.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly IOrderService _orders;
    private readonly NodeDrain _drain;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loop = Task.CompletedTask;
    private bool _runs;
    private string? _told;
    private int _failures;

    protected StandingAgent(TraderService trader, TraderSurroundings surroundings, IOrderService orders, LiveOptions live, NodeDrain drain, TimeProvider time, ILogger log)
    {
        (Trader, Surroundings, Live, Time) = (trader, surroundings, live, time);
        (_orders, _drain, _log) = (orders, drain, log);
    }

    protected TraderService Trader { get; }
    protected TraderSurroundings Surroundings { get; }
    protected LiveOptions Live { get; }
    protected TimeProvider Time { get; }
    protected Instant Now => new(Time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>What the idempotency keys of the policy's orders begin with: by it they are known again after a restart.</summary>
    protected abstract string KeyPrefix { get; }

    /// <summary><c>bid</c> or <c>ask</c>.</summary>
    protected abstract string Side { get; }

    public virtual Task StartAsync(CancellationToken cancellationToken)
    {
        Live.Changed += OnOptionsChanged;
        // Once also where it is not wanted: what an earlier run of the daemon left standing is withdrawn.
        Wake();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        Live.Changed -= OnOptionsChanged;
        Task loop;
        lock (_gate)
        {
            if (!_stopping.IsCancellationRequested) _stopping.Cancel();
            loop = _loop;
        }

        await loop;
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether the configuration wants the policy at work.</summary>
    protected abstract bool IsWanted(NodeOptions options);

    /// <summary>Decides on what is there now; null where there is no market to decide about.</summary>
    protected abstract Task<(MarketId Market, StandingDecision Decision)?> DecideAsync(CancellationToken stop);

    /// <summary>Tells an operator once; until <see cref="StandingDecision.Problem"/> is another one, or none.</summary>
    protected void Warn(string code, string message, string hint)
    {
        LogProblem(code, message);
        Surroundings.Tell(new NodeEvent { Event = NodeEventKind.Warning, Reason = code, Message = message, Hint = hint });
    }

    private void OnOptionsChanged(NodeOptions options) => Wake();

    private void Wake()
    {
        lock (_gate)
        {
            _changed.TrySetResult();
            if (_runs || _stopping.IsCancellationRequested) return;
            _runs = true;
            _loop = Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    // What changes from here on is seen by this pass or wakes the next one.
                    if (_changed.Task.IsCompleted) _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    changed = _changed.Task;
                }

                var isDone = await PassAsync(_stopping.Token);
                lock (_gate)
                {
                    if (isDone && !changed.IsCompleted && !IsWanted(Live.Current))
                    {
                        _runs = false;
                        return;
                    }
                }

                await Task.WhenAny(changed, Task.Delay(PauseAfter(_failures), Time, _stopping.Token));
                _stopping.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The node is stopping.
        }
    }

    private TimeSpan PauseAfter(int failures)
    {
        var pair = TimeSpan.FromMilliseconds(2 * Surroundings.Schedule.LengthMs);
        var pause = pair * Math.Pow(2, Math.Min(failures, 10));
        return pause < LongestPause ? pause : pair > LongestPause ? pair : LongestPause;
    }

    /// <returns>Whether there was nothing left to do.</returns>
    private async Task<bool> PassAsync(CancellationToken stop)
    {
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                // A drained node takes no orders, and its open ones were cancelled.
                if (_drain.IsDraining || await DecideAsync(stop) is not { } decided) return true;
                Note(decided.Decision.Problem, "Raise the limits in the configuration, or lower what is wanted.");
                foreach (var action in decided.Decision.Actions) await CarryOutAsync(decided.Market, action, stop);
                _failures = 0;
                if (decided.Decision.Actions.Count == 0) return true;
            }
        }
        catch (ApiException e)
        {
            Note($"{e.Message} ({e.Error.Code})", e.Error.Hint);
            _failures++;
        }
        catch (JournalFailedException e)
        {
            Note(e.Message, "Make room on the disk or mend it, then start the node again.");
            _failures++;
        }

        return false;
    }

    private void Note(string? problem, string hint)
    {
        if (problem is not null && problem != _told) Warn("standing-order-failed", $"The standing {Side} is not placed as wanted: {problem}", hint);
        _told = problem;
    }

    private async Task CarryOutAsync(MarketId market, StandingAction action, CancellationToken stop)
    {
        switch (action)
        {
            case StandingAction.Place place:
                await _orders.CreateAsync(
                    new OrderRequest
                    {
                        Market = market.ToString(),
                        Side = Side,
                        PriceMicros = place.PriceMicros,
                        Quantity = place.Quantity,
                        TermMinutes = place.TermMinutes,
                        TtlSeconds = place.Life is { } life ? (int)life.TotalSeconds : null,
                        IdempotencyKey = $"{KeyPrefix}{Guid.NewGuid():N}",
                    },
                    stop);
                break;
            case StandingAction.Withdraw withdraw:
                // It may have filled or ended meanwhile: then there is nothing to withdraw.
                if (await Trader.Room.CancelAsync(withdraw.Order, stop) is { } cancelled) await cancelled.WaitAsync(stop);
                break;
            case StandingAction.EndLease end:
                if (await Trader.Room.EndAsync(end.Lease, end.Reason, stop) is { } code) LogNotEnded(end.Lease.ToString(), code);
                break;
            default:
                throw new InvalidOperationException($"There is no such action: {action}.");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Code}: {Message}")]
    private partial void LogProblem(string code, string message);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Lease {Lease} cannot be ended: {Code}")]
    private partial void LogNotEnded(string lease, string code);
}
