namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Counts what runs in the background, so that disposal can wait for it.</summary>
internal sealed class ActivityCounter
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One for the host itself, which CloseAsync gives up.
    private int _count = 1;

    public void Enter() => Interlocked.Increment(ref _count);

    public void Leave()
    {
        if (Interlocked.Decrement(ref _count) == 0) _idle.TrySetResult();
    }

    /// <summary>Completes when nothing runs any more. Called once.</summary>
    public Task CloseAsync()
    {
        Leave();
        return _idle.Task;
    }
}
