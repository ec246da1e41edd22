using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Ids;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Intake;

/// <summary>The threads that check signatures, for all markets of a node: peers take turns, so that none waits for another's flood.</summary>
/// <remarks>
/// Each peer has a lane. Lanes with work stand in one queue, any verifier takes the first, works some checks of it off and puts it back at the end. So a lane is
/// with one verifier at a time, and a peer alone gets one processor; hundreds get all. What does not fit is refused at once; nobody waits.
/// What fellow brokers must say within a slot, votes and proposals, has lanes and a queue of its own, from which every second turn is taken: a crowd of strangers neither
/// fills it nor delays it by more than a turn, and it takes no more than half of the strangers' time.
/// </remarks>
public sealed partial class VerifierPool : IDisposable
{
    private readonly IntakeOptions _options;
    private readonly ILogger _log;
    private readonly CellRate _rate;
    private readonly ConcurrentDictionary<(ParticipantId Peer, bool IsFirst), PeerLane> _lanes = new();
    private readonly ConcurrentQueue<PeerLane> _ready = new();
    private readonly ConcurrentQueue<PeerLane> _first = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Lock _starting = new();
    private Thread[] _threads = [];
    private volatile bool _isStopping;
    private int _records;
    private int _sweeping;

    public VerifierPool(IntakeOptions options, ILogger<VerifierPool> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_options, _log) = (options, log);
        _rate = new CellRate(options.RecordsPerSecond, options.RecordBurst);
    }

    public IntakeOptions Options => _options;

    /// <summary>Records that wait for a verifier.</summary>
    public int Waiting => Volatile.Read(ref _records);

    /// <summary>Peers remembered.</summary>
    public int Peers => _lanes.Count;

    /// <summary>Takes the records off what a peer may submit; where that is too much, says when it will not be.</summary>
    public bool MaySend(ParticipantId peer, long nowMs, int records, out int retryAfterMs) => LaneOf(peer, nowMs).MaySend(_rate, nowMs, records, out retryAfterMs);

    /// <summary>Gives a job to the verifiers.</summary>
    /// <param name="isFirst">A fellow broker's, who has to be heard within a slot: the peer's own bound counts, and not that of all.</param>
    /// <returns>False where the peer, or all together, have too much waiting, or the node stops.</returns>
    public bool TryPost(ParticipantId peer, long nowMs, IntakeJob job, bool isFirst = false)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (_isStopping) return false;
        if (Interlocked.Add(ref _records, job.Records) is var total && !isFirst && total > _options.Records && total > job.Records)
        {
            Interlocked.Add(ref _records, -job.Records);
            return false;
        }

        var lane = LaneOf(peer, nowMs, isFirst);
        if (!lane.TryAdd(job, _options.RecordsPerPeer, out var isToSchedule))
        {
            Interlocked.Add(ref _records, -job.Records);
            return false;
        }

        if (_threads.Length == 0) StartThreads();
        if (isToSchedule) Schedule(lane);
        return true;
    }

    /// <summary>Stops the verifiers; what waits is turned away.</summary>
    public void Dispose()
    {
        if (_isStopping) return;
        _isStopping = true;
        _work.Release(Math.Max(1, _options.Verifiers));
        foreach (var thread in _threads) thread.Join();
        foreach (var lane in _lanes.Values)
        {
            for (; lane.TryPeek(out var job); lane.Remove()) job.TurnAway();
        }
    }

    private PeerLane LaneOf(ParticipantId peer, long nowMs, bool isFirst = false)
    {
        if (_lanes.TryGetValue((peer, isFirst), out var known)) return known;
        if (_lanes.Count >= _options.Peers) Sweep(nowMs);
        return _lanes.GetOrAdd((peer, isFirst), static one => new PeerLane(one.Peer, one.IsFirst));
    }

    /// <summary>Forgets peers that have nothing waiting: all that were quiet, or else the quietest eighth, so that a crowd does not make every newcomer sweep.</summary>
    private void Sweep(long nowMs)
    {
        if (Interlocked.Exchange(ref _sweeping, 1) != 0) return;
        var idle = _lanes.Values.Where(lane => lane.Records == 0).OrderBy(lane => lane.Moment).ToArray();
        for (var i = 0; i < idle.Length && (i < _options.Peers / 8 || CellRate.IsQuiet(idle[i].Moment, nowMs)); i++) _lanes.TryRemove((idle[i].Peer, idle[i].IsFirst), out _);
        Volatile.Write(ref _sweeping, 0);
    }

    /// <summary>With the first job, because most nodes broker nothing.</summary>
    private void StartThreads()
    {
        lock (_starting)
        {
            if (_threads.Length > 0 || _isStopping) return;
            var threads = Enumerable.Range(0, _options.Verifiers).Select(number => new Thread(() => Run(number)) { IsBackground = true, Name = $"verifier {number}" }).ToArray();
            foreach (var thread in threads) thread.Start();
            _threads = threads;
        }
    }

    private void Schedule(PeerLane lane)
    {
        (lane.IsFirst ? _first : _ready).Enqueue(lane);
        _work.Release();
    }

    private void Run(int verifier)
    {
        var isFirstsTurn = true;
        while (true)
        {
            _work.Wait();
            if (_isStopping) return;
            var (now, other) = isFirstsTurn ? (_first, _ready) : (_ready, _first);
            if (!now.TryDequeue(out var lane) && !other.TryDequeue(out lane)) continue;
            isFirstsTurn = !lane.IsFirst;
            TakeTurn(verifier, lane);
            if (lane.Leave()) Schedule(lane);
        }
    }

    // On its own, or the frame of a verifier that waits would keep its last job alive, and with it all that the job knows.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeTurn(int verifier, PeerLane lane)
    {
        for (var left = _options.Turn; left > 0 && lane.TryPeek(out var job);) left -= Work(verifier, lane, job);
    }

    private int Work(int verifier, PeerLane lane, IntakeJob job)
    {
        try
        {
            var cost = job.Step();
            if (!job.IsVerified) return cost;
            Finish(lane, job);
            job.Hand(verifier);
            return cost;
        }
        catch (Exception e)
        {
            // Our own fault, whatever the bytes were: the job goes, the verifier stays.
            LogFailed(e);
            Finish(lane, job);
            job.TurnAway();
            return 1;
        }
    }

    private void Finish(PeerLane lane, IntakeJob job)
    {
        if (!lane.TryPeek(out var first) || first != job) return;
        lane.Remove();
        Interlocked.Add(ref _records, -job.Records);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A verifier failed on a record; it goes on.")]
    private partial void LogFailed(Exception e);
}
