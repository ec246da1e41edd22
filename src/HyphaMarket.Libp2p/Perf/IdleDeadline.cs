namespace HyphaMarket.Libp2p.Perf;

/// <summary>A caller's token joined with a deadline that progress puts off.</summary>
internal sealed class IdleDeadline : IDisposable
{
    private readonly TimeSpan _after;
    private readonly CancellationTokenSource _linked;
    private readonly ITimer _timer;
    private volatile bool _passed;

    public IdleDeadline(TimeSpan after, TimeProvider time, CancellationToken cancellationToken)
    {
        _after = after;
        _linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _timer = time.CreateTimer(static state => ((IdleDeadline)state!).Pass(), this, after, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _linked.Token;

    /// <summary>Time is up (and perhaps the caller cancelled as well).</summary>
    public bool HasPassed => _passed;

    public void Restart() => _timer.Change(_after, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer.Dispose();
        _linked.Dispose();
    }

    private void Pass()
    {
        _passed = true;
        try
        {
            _linked.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work was done as its time ran out.
        }
    }
}
