namespace HyphaMarket.Libp2p.Tests.Simulation;

/// <summary>
/// One thread and one clock: whatever awaits within <see cref="Run"/> continues here in the order in which it became ready, and time moves only
/// when nothing is left to do at the present moment. So a run is the same each time, and an hour of it takes no longer than its work.
/// </summary>
/// <remarks>
/// It holds for code that awaits plainly. <c>Task.Run</c>, <c>ValueTask.AsTask</c>, <c>CancelAsync</c>, <c>Task.WaitAsync</c> and the framework's own copy
/// and read-exactly helpers may continue on the thread pool instead, and have no place in a simulated test: a run into which another thread
/// came back fails, since time may have moved before it did.
/// </remarks>
internal sealed class SimulatedWorld : SynchronizationContext
{
    /// <summary>Real time in which stray work of the thread pool may still come back before the run counts as stuck.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();
    private readonly PriorityQueue<Action, (TimeSpan Due, long Order)> _events = new();
    private readonly TimeSpan _limit;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;
    private bool _strayed;

    private SimulatedWorld(TimeSpan limit)
    {
        _limit = limit;
        Time = new SimulatedTime(this);
    }

    /// <summary>Time since the run began.</summary>
    public TimeSpan Now { get; private set; }

    public TimeProvider Time { get; }

    /// <summary>Runs the body to its end.</summary>
    /// <param name="limit">The simulated time that it may take; an hour if none is given.</param>
    /// <exception cref="TimeoutException">The body has not ended within the limit, or waits for something that will never come.</exception>
    public static void Run(Func<SimulatedWorld, Task> body, TimeSpan? limit = null)
    {
        var world = new SimulatedWorld(limit ?? TimeSpan.FromHours(1));
        var before = Current;
        SetSynchronizationContext(world);
        try
        {
            var task = body(world);
            world.RunUntil(task);
            task.GetAwaiter().GetResult();
            if (world._strayed) throw new InvalidOperationException("Something of this run went on outside of its thread, so the run is not the same each time.");
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Calls the action when so much time has passed.</summary>
    public void After(TimeSpan delay, Action action) => _events.Enqueue(action, (Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero), _order++));

    /// <summary>A wait in simulated time.</summary>
    public Task DelayAsync(TimeSpan delay)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        After(delay, done.SetResult);
        return done.Task;
    }

    /// <summary>Waits until everybody else has done what there is to do at this moment.</summary>
    public Task SettleAsync() => DelayAsync(TimeSpan.FromTicks(1));

    public override SynchronizationContext CreateCopy() => this;

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_ready)
        {
            _strayed |= Environment.CurrentManagedThreadId != _thread;
            _ready.Enqueue((d, state));
            Monitor.Pulse(_ready);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    private void RunUntil(Task task)
    {
        while (!task.IsCompleted)
        {
            if (TryTake(TimeSpan.Zero, out var ready))
            {
                ready.Callback(ready.State);
            }
            else if (_events.TryDequeue(out var action, out var when))
            {
                if (when.Due > _limit) throw new TimeoutException($"The run has not ended after {_limit} of simulated time.");
                Now = when.Due;
                action();
            }
            else if (TryTake(Patience, out ready))
            {
                ready.Callback(ready.State);
            }
            else if (!task.IsCompleted)
            {
                throw new TimeoutException($"At {Now} everybody waits and nothing is under way.");
            }
        }
    }

    private bool TryTake(TimeSpan patience, out (SendOrPostCallback Callback, object? State) ready)
    {
        lock (_ready)
        {
            if (_ready.Count == 0 && patience > TimeSpan.Zero) Monitor.Wait(_ready, patience);
            return _ready.TryDequeue(out ready);
        }
    }

    private sealed class SimulatedTime(SimulatedWorld world) : TimeProvider
    {
        private static readonly DateTimeOffset s_epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => world.Now.Ticks;

        public override DateTimeOffset GetUtcNow() => s_epoch + world.Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(world, callback, state);
            timer.Change(dueTime, period);
            return timer;
        }
    }

    private sealed class Timer(SimulatedWorld world, TimerCallback callback, object? state) : ITimer
    {
        // A change or an end makes the events of earlier settings void.
        private int _setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Schedule(++_setting, dueTime, period);
            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Schedule(int setting, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime < TimeSpan.Zero) return;
            world.After(dueTime, () =>
            {
                if (setting != _setting) return;
                if (period > TimeSpan.Zero) Schedule(setting, period, period);
                callback(state);
            });
        }
    }
}
