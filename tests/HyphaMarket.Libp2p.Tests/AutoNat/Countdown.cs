namespace HyphaMarket.Libp2p.Tests.AutoNat;

/// <summary>Completes when something has happened so many times.</summary>
internal sealed class Countdown(int times)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = times;

    public Task Done => _done.Task;

    public void Signal()
    {
        if (Interlocked.Decrement(ref _left) == 0) _done.SetResult();
    }
}
