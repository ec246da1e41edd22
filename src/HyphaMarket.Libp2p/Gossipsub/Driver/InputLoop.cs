using System.Threading.Channels;

namespace HyphaMarket.Libp2p.Gossipsub.Driver;

/// <summary>Runs inputs strictly one after the other, in the order of their coming, on the thread of whoever finds the loop idle. Safe for use by many threads.</summary>
/// <remarks>
/// A hop to a thread of its own would cost a publication or a judged message more than the router's work for it. An input that posts another one only
/// queues it, so none is ever run within another. It never waits for a lock: who finds the loop busy leaves the work to whoever is at it.
/// </remarks>
/// <param name="capacity">Inputs that wait; who posts one more waits with it.</param>
/// <param name="run">Runs one input; never throws.</param>
internal sealed class InputLoop(int capacity, Action<Action> run) : IThreadPoolWorkItem
{
    /// <summary>Inputs that a caller may find itself running for others, some microseconds each, before a thread of the pool goes on with them.</summary>
    private const int MaxTurn = 32;

    private const int Idle = 0, Busy = 1;

    private readonly Channel<Action> _inputs = Channel.CreateBounded<Action>(capacity);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _closed;
    private int _state;

    /// <summary>Posts an input; false where there is no room or the loop is closed.</summary>
    public bool TryPost(Action input)
    {
        if (!_inputs.Writer.TryWrite(input)) return false;
        Run();
        return true;
    }

    /// <summary>Posts an input once there is room. It may have run on return, or run later.</summary>
    /// <exception cref="ChannelClosedException">The loop is closed.</exception>
    public ValueTask PostAsync(Action input, CancellationToken cancellationToken) => TryPost(input) ? ValueTask.CompletedTask : WaitAndPostAsync(input, cancellationToken);

    /// <summary>Runs no further input; completes once none is running any more.</summary>
    public Task CloseAsync()
    {
        _closed = true;
        _inputs.Writer.TryComplete();
        // Whoever is at it sees that the loop is closed as it leaves. Where nobody is, nobody will be: the state stays busy.
        return Interlocked.CompareExchange(ref _state, Busy, Idle) == Idle ? Task.CompletedTask : _stopped.Task;
    }

    void IThreadPoolWorkItem.Execute() => Run();

    private async ValueTask WaitAndPostAsync(Action input, CancellationToken cancellationToken)
    {
        await _inputs.Writer.WriteAsync(input, cancellationToken);
        Run();
    }

    private void Run()
    {
        // Looked at again after each turn, because what came during its end found the loop busy.
        while (_inputs.Reader.Count > 0 && Interlocked.CompareExchange(ref _state, Busy, Idle) == Idle)
        {
            var left = MaxTurn;
            while (left > 0 && !_closed && _inputs.Reader.TryRead(out var input))
            {
                run(input);
                left--;
            }
            Interlocked.Exchange(ref _state, Idle);
            if (_closed)
            {
                if (Interlocked.CompareExchange(ref _state, Busy, Idle) == Idle) _stopped.TrySetResult();
                return;
            }
            if (left > 0) continue;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
    }
}
