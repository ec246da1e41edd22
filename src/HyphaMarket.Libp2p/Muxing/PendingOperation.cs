using System.Threading.Tasks.Sources;

namespace HyphaMarket.Libp2p.Muxing;

/// <summary>The awaitable of one direction of a stream, used again for every read (or write) of it: no allocation for each operation.</summary>
/// <param name="owner">Told when the caller's token is cancelled while the operation may be under way.</param>
internal sealed class PendingOperation(IPendingOwner owner) : IValueTaskSource<int>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<int> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private int _inUse;

    /// <summary>Claims the operation for one caller.</summary>
    /// <exception cref="InvalidOperationException">Another caller has it.</exception>
    public void Claim(string what)
    {
        if (Interlocked.Exchange(ref _inUse, 1) != 0) throw new InvalidOperationException($"Another {what} of this stream is under way.");
        _core.Reset();
    }

    /// <summary>Gives a claim back where no awaitable was made of it.</summary>
    public void Unclaim() => Volatile.Write(ref _inUse, 0);

    public ValueTask<int> AsValueTaskOfInt(CancellationToken cancellationToken)
    {
        var token = _core.Version;
        Register(cancellationToken);
        return new ValueTask<int>(this, token);
    }

    public ValueTask AsValueTask(CancellationToken cancellationToken)
    {
        var token = _core.Version;
        Register(cancellationToken);
        return new ValueTask(this, token);
    }

    public void SetResult(int count) => _core.SetResult(count);

    public void SetException(Exception exception) => _core.SetException(exception);

    public int GetResult(short token)
    {
        // Waits for a cancellation under way, so that it cannot meet the next operation.
        _registration.Dispose();
        _registration = default;
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Unclaim();
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Register(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(static (state, token) => ((PendingOperation)state!).Cancel(token), this);
        }
    }

    private void Cancel(CancellationToken token) => owner.OnCancelled(this, token);
}
