using HyphaMarket.Brokerage.Admission;

namespace HyphaMarket.Node.Intake;

/// <summary>One market's end of the pipeline: a ring from each verifier to the one loop that owns the market's broker.</summary>
public sealed class IntakeShard
{
    private readonly SpscRing<IntakeJob>[] _rings;
    private readonly Action _wake;
    private int _isAwake;

    /// <param name="wake">Makes the loop call <see cref="Drain"/>; called by a verifier at most once between two calls of it.</param>
    public IntakeShard(RecordAdmission admission, IntakeOptions options, Action wake)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (Admission, _wake) = (admission, wake);
        _rings = [.. Enumerable.Range(0, options.Verifiers).Select(_ => new SpscRing<IntakeJob>(options.RingSize))];
    }

    public RecordAdmission Admission { get; }

    /// <summary>Jobs that wait for the loop.</summary>
    public int Waiting => _rings.Sum(ring => ring.Count);

    /// <summary>A verifier's side: false where the loop is that far behind. Never waits.</summary>
    internal bool TryPublish(int verifier, IntakeJob job)
    {
        if (!_rings[verifier].TryPublish(job)) return false;
        // The exchange is a full fence: either the loop sees the job, or the verifier sees that the loop sleeps.
        if (Interlocked.Exchange(ref _isAwake, 1) == 0) _wake();
        return true;
    }

    /// <summary>The loop's side: takes what is there, at most so much of each ring.</summary>
    /// <returns>True where more is left: the loop is to come again.</returns>
    internal bool Drain(int most, Action<IntakeJob> take)
    {
        Interlocked.Exchange(ref _isAwake, 0);
        var isLeft = false;
        foreach (var ring in _rings)
        {
            var taken = 0;
            for (; taken < most && ring.TryTake(out var job); taken++) take(job);
            isLeft |= taken == most;
        }

        return isLeft;
    }
}
