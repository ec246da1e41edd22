using System.Collections.Concurrent;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>A caller's token joined with a deadline, that can say which of the two it was.</summary>
internal sealed class Deadline : IDisposable
{
    /// <summary>Token sources kept for later deadlines: as many as small requests are under way on a busy node.</summary>
    private const int MaxKept = 256;

    private static readonly ConcurrentQueue<CancellationTokenSource> s_kept = [];

    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;
    private readonly bool _isKept;
    private volatile bool _cancelledByCaller;

    public Deadline(TimeSpan after, TimeProvider time, CancellationToken cancellationToken)
        : this(new CancellationTokenSource(after, time), isKept: false, cancellationToken)
    {
    }

    private Deadline(CancellationTokenSource source, bool isKept, CancellationToken cancellationToken)
    {
        (_source, _isKept) = (source, isKept);
        _registration = cancellationToken.UnsafeRegister(static state => ((Deadline)state!).CancelByCaller(), this);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Time is up. Where the caller cancelled first, it is not.</summary>
    public bool HasPassed => _source.IsCancellationRequested && !_cancelledByCaller;

    /// <summary>A deadline whose token nobody keeps beyond its disposal: its timer and token serve again, so that a request does not pay for them.</summary>
    public static Deadline Brief(TimeSpan after, TimeProvider time, CancellationToken cancellationToken)
    {
        // Only the system's clock can be set anew.
        if (time != TimeProvider.System) return new Deadline(after, time, cancellationToken);
        if (!s_kept.TryDequeue(out var source)) source = new CancellationTokenSource();
        source.CancelAfter(after);
        return new Deadline(source, isKept: true, cancellationToken);
    }

    public void Dispose()
    {
        // Waits for a cancellation under way, so that it cannot meet the next owner.
        _registration.Dispose();
        if (_isKept && s_kept.Count < MaxKept && _source.TryReset()) s_kept.Enqueue(_source);
        else _source.Dispose();
    }

    private void CancelByCaller()
    {
        if (!_source.IsCancellationRequested) _cancelledByCaller = true;
        _source.Cancel();
    }
}
