using System.Threading.Channels;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Storage;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Networking;

/// <summary>The one loop that owns a core: a bounded channel of inputs, the core, its effects out, one timer.</summary>
/// <remarks>Only the loop touches the core, so the core needs no lock. An input that throws is logged, and the loop goes on.</remarks>
public abstract partial class CoreLoop : IAsyncDisposable
{
    /// <summary>Inputs that wait; who posts more waits for room.</summary>
    private const int MaxInputs = 8192;

    private static readonly Action Wake = () => { };

    private readonly Channel<Action> _inputs = Channel.CreateBounded<Action>(new BoundedChannelOptions(MaxInputs) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _timer;
    private readonly ILogger _log;
    private Task _loop = Task.CompletedTask;
    private int _background;

    /// <param name="time">The clock; cores take its instants.</param>
    protected CoreLoop(TimeProvider time, ILogger log)
    {
        (Time, _log) = (time, log);
        _timer = time.CreateTimer(_ => _inputs.Writer.TryWrite(Wake), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    protected TimeProvider Time { get; }

    protected ILogger Log => _log;

    /// <summary>Cancelled when the loop stops.</summary>
    protected CancellationToken Stopping => _stopping.Token;

    protected Instant Now => new(Time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>When the core wants its timer; null for never.</summary>
    protected abstract Instant? NextTimer { get; }

    /// <summary>Tasks under way outside the loop: calls, appends.</summary>
    public int Background => Volatile.Read(ref _background);

    /// <summary>Completes once the loop has run what came before.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up, or the loop stopped.</exception>
    public Task AnswerAsync(CancellationToken cancellationToken) => AskAsync(() => true, cancellationToken);

    public void Start() => _loop = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        _inputs.Writer.TryComplete();
        await _loop;
        await _timer.DisposeAsync();
        await OnStoppedAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The timer came.</summary>
    protected abstract void OnTimer(Instant now);

    /// <summary>Takes the core's effects out and carries them out; called after every input.</summary>
    protected abstract void CarryOut();

    /// <summary>Takes inputs that come by other ways than <see cref="PostAsync"/>; called in the loop whenever it woke. True where more are left.</summary>
    protected virtual bool Drain() => false;

    /// <summary>Wakes the loop, from any thread and without waiting. Where its inputs are full it is awake.</summary>
    protected void Poke() => _inputs.Writer.TryWrite(Wake);

    /// <summary>Releases what the loop held, after its end.</summary>
    protected virtual ValueTask OnStoppedAsync() => ValueTask.CompletedTask;

    /// <summary>Runs an input in the loop, waiting for room.</summary>
    protected async ValueTask PostAsync(Action input)
    {
        try
        {
            await _inputs.Writer.WriteAsync(input, Stopping);
        }
        catch (Exception e) when (e is ChannelClosedException or OperationCanceledException)
        {
            // The loop has stopped: its core takes no more inputs.
        }
    }

    /// <summary>Runs a question in the loop and returns its answer.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up, or the loop stopped.</exception>
    protected async Task<T> AskAsync<T>(Func<T> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
        await using var cancelled = either.Token.Register(() => answer.TrySetCanceled(either.Token));
        try
        {
            await _inputs.Writer.WriteAsync(
                () =>
                {
                    try
                    {
                        answer.TrySetResult(question());
                    }
                    catch (Exception e)
                    {
                        answer.TrySetException(e);
                    }
                },
                either.Token);
        }
        catch (ChannelClosedException)
        {
            throw new OperationCanceledException("The node is stopping.");
        }

        return await answer.Task;
    }

    /// <summary>Hands the core a request that it answers later, perhaps after the disk; who gives up waiting is forgotten.</summary>
    private protected async Task<T> AnsweredAsync<T>(PendingAnswers<T> pending, Action<long> ask, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var number = 0L;
        await PostAsync(() =>
        {
            number = pending.Add(answer);
            ask(number);
        });
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
        try
        {
            return await answer.Task.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            await PostAsync(() => pending.Remove(number));
            throw;
        }
    }

    /// <summary>Makes an entry durable, then runs an input in the loop; call it in the loop.</summary>
    /// <param name="failed">Run in place of <paramref name="durable"/> where the journal has failed, which the journal itself logs and tells.</param>
    protected void Append(Journal journal, JournalEntry entry, Action durable, Action<JournalFailedException> failed)
    {
        ArgumentNullException.ThrowIfNull(journal);
        // Queued here and not by the task: entries must reach the disk in the core's order, because "entry k is durable" means all before k too.
        var appended = journal.AppendAsync(entry, Stopping).AsTask();
        InBackground(async _ =>
        {
            try
            {
                await appended;
            }
            catch (JournalFailedException e)
            {
                await PostAsync(() => failed(e));
                return;
            }

            await PostAsync(durable);
        });
    }

    /// <summary>Runs work outside the loop; a failure other than the stop is logged.</summary>
    protected void InBackground(Func<CancellationToken, Task> work)
    {
        Interlocked.Increment(ref _background);
        _ = Task.Run(async () =>
        {
            try
            {
                await work(Stopping);
            }
            catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
            {
                // Stopped by us.
            }
            catch (Exception e)
            {
                LogBackgroundFailed(e);
            }
            finally
            {
                Interlocked.Decrement(ref _background);
            }
        });
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _inputs.Reader.WaitToReadAsync(Stopping))
            {
                while (_inputs.Reader.TryRead(out var input)) Guard(input);
                if (Drain()) Poke();
                if (NextTimer is { } due && due <= Now) Guard(() => OnTimer(Now));
                SetTimer();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped by us.
        }
    }

    /// <summary>One step of the loop with its effects; what it throws is logged.</summary>
    private protected void Guard(Action step)
    {
        try
        {
            step();
            CarryOut();
        }
        catch (Exception e)
        {
            LogInputFailed(e);
        }
    }

    private void SetTimer()
    {
        if (NextTimer is not { } next) return;
        // A clock may step: never wait longer than a second on its word.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(next.UnixMs - Now.UnixMs, 1, 1000)), Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "An input to a protocol core failed; the core goes on.")]
    private partial void LogInputFailed(Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A task of a protocol driver failed.")]
    private partial void LogBackgroundFailed(Exception e);
}
