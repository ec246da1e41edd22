using System.Collections.Concurrent;
using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Node.Intake;

/// <summary>What one peer sent and no verifier has looked at yet, in its order, and how fast it sends. Shared by all its streams without a lock.</summary>
/// <param name="isFirst">Its jobs do not wait behind those of strangers.</param>
internal sealed class PeerLane(ParticipantId peer, bool isFirst)
{
    private readonly ConcurrentQueue<IntakeJob> _jobs = new();

    /// <summary>Taken out of the queue and not done; of the verifier that has the lane. To peek instead would make the queue keep what it gave away: megabytes of a peer's bundles.</summary>
    private IntakeJob? _first;
    private int _records;
    private int _isScheduled;
    private long _moment = long.MinValue;

    public ParticipantId Peer { get; } = peer;

    public bool IsFirst { get; } = isFirst;

    /// <summary>Records that wait.</summary>
    public int Records => Volatile.Read(ref _records);

    /// <summary>See <see cref="CellRate"/>.</summary>
    public long Moment => Volatile.Read(ref _moment);

    public bool MaySend(CellRate rate, long nowMs, int records, out int retryAfterMs)
    {
        while (true)
        {
            var moment = Volatile.Read(ref _moment);
            if (!rate.MaySend(moment, nowMs, records, out var next, out retryAfterMs)) return false;
            if (Interlocked.CompareExchange(ref _moment, next, moment) == moment) return true;
        }
    }

    /// <summary>Queues a job.</summary>
    /// <returns>False where the peer has too much waiting. With true, whether the lane is to be put before the verifiers.</returns>
    public bool TryAdd(IntakeJob job, int most, out bool isToSchedule)
    {
        isToSchedule = false;
        // A single job that is larger than the bound is let in alone.
        if (Interlocked.Add(ref _records, job.Records) is var total && total > most && total > job.Records)
        {
            Interlocked.Add(ref _records, -job.Records);
            return false;
        }

        _jobs.Enqueue(job);
        isToSchedule = Interlocked.CompareExchange(ref _isScheduled, 1, 0) == 0;
        return true;
    }

    /// <summary>The next job; by the one verifier that has the lane.</summary>
    public bool TryPeek([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IntakeJob? job) => (job = _first) is not null || (_jobs.TryDequeue(out job) && (_first = job) is not null);

    /// <summary>The first job is done; by the same verifier.</summary>
    public void Remove()
    {
        if (_first is not { } done) return;
        _first = null;
        Interlocked.Add(ref _records, -done.Records);
    }

    /// <summary>The verifier leaves the lane.</summary>
    /// <returns>True where it is to be put before the verifiers again.</returns>
    public bool Leave()
    {
        if (_first is not null || !_jobs.IsEmpty) return true;
        Interlocked.Exchange(ref _isScheduled, 0);
        // A job that came between the two lines found the lane scheduled.
        return !_jobs.IsEmpty && Interlocked.CompareExchange(ref _isScheduled, 1, 0) == 0;
    }
}
