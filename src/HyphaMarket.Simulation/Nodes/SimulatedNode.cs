using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.World;

namespace HyphaMarket.Simulation.Nodes;

/// <summary>One process on one machine: a clock, a disk, a way to the others, and cores that die with it.</summary>
public abstract class SimulatedNode
{
    private long _timerAt = long.MaxValue;
    private int _incarnation;
    private long _lastRequest;
    private CrashPoint? _nextCrash;
    private long _frozenAtMs = long.MinValue;

    protected SimulatedNode(SimulatedMarket market, int number, string name)
    {
        ArgumentNullException.ThrowIfNull(market);
        (Market, Number, Name) = (market, number, name);
        Keys = new SimulatedKeys(name);
        Disk = new SimulatedDisk(market.World);
    }

    public SimulatedMarket Market { get; }

    public int Number { get; }

    public string Name { get; }

    public SimulatedKeys Keys { get; }

    public ParticipantId Id => Keys.Id;

    public SimulatedDisk Disk { get; }

    public bool IsUp { get; private set; }

    /// <summary>How far its clock is ahead; milliseconds.</summary>
    public long SkewMs { get; set; }

    /// <summary>What its clock says.</summary>
    public Instant Clock => new((_frozenAtMs != long.MinValue ? _frozenAtMs : Market.World.Now.UnixMs) + SkewMs);

    /// <summary>The process stands still and what comes to it waits in the system's buffers (SIGSTOP).</summary>
    public void Freeze() => (_frozenAtMs, _) = (Market.World.Now.UnixMs, Clogged(true));

    public void Thaw()
    {
        if (_frozenAtMs == long.MinValue) return;
        _frozenAtMs = long.MinValue;
        Clogged(false);
        Wake();
    }

    public bool IsFrozen => _frozenAtMs != long.MinValue;

    /// <summary>Dies as its next journal entry is written, and comes back by <see cref="Start"/>.</summary>
    public void CrashAt(CrashPoint point) => _nextCrash = point;

    /// <summary>It goes on as its next entry is written.</summary>
    public void DoNotCrash() => _nextCrash = null;

    public void CrashAfterAppend() => CrashAt(CrashPoint.AfterAppend);

    public void CrashAfterSync() => CrashAt(CrashPoint.AfterSync);

    public void CrashAfterSend() => CrashAt(CrashPoint.AfterSend);

    /// <summary>SIGKILL.</summary>
    public void Crash()
    {
        if (!IsUp) return;
        IsUp = false;
        _incarnation++;
        _nextCrash = null;
        _timerAt = long.MaxValue;
        Disk.Crash();
        OnCrashed();
        Market.World.Tell($"{Name} dies");
    }

    /// <summary>Starts, with what its disk holds.</summary>
    public void Start()
    {
        if (IsUp) return;
        IsUp = true;
        Market.World.Tell($"{Name} starts with {Disk.Durable.Count} entries");
        OnStarted();
        Wake();
    }

    /// <summary>Asks another node; the answer, or null where none came in time, is given to this incarnation only.</summary>
    protected void Ask(int to, long withinMs, int bytes, Action<SimulatedNode, Action<Google.Protobuf.IMessage?, int>> serve, Action<Google.Protobuf.IMessage?> answered)
    {
        var (incarnation, done) = (_incarnation, false);
        Market.Network.Send(Number, to, bytes, () =>
        {
            var other = Market.Nodes[to];
            if (!other.IsUp) return;
            serve(other, (answer, size) => Market.Network.Send(to, Number, size, () => Finish(answer)));
            other.Wake();
        });
        Market.World.After(withinMs, () => Finish(null));

        void Finish(Google.Protobuf.IMessage? answer)
        {
            if (done || incarnation != _incarnation || !IsUp) return;
            done = true;
            answered(answer);
            Wake();
        }
    }

    /// <summary>Runs something of this incarnation later.</summary>
    protected void Later(long ms, Action action)
    {
        var incarnation = _incarnation;
        Market.World.After(ms, () =>
        {
            if (incarnation != _incarnation || !IsUp) return;
            action();
            Wake();
        });
    }

    protected void Append(JournalEntry entry, Action durable)
    {
        var (incarnation, crash) = (_incarnation, _nextCrash);
        _nextCrash = null;
        Disk.Append(
            entry,
            () =>
            {
                if (incarnation != _incarnation || !IsUp) return;
                durable();
                Wake();
            },
            crash,
            () =>
            {
                if (incarnation == _incarnation) Crash();
            });
    }

    protected long NextRequest() => ++_lastRequest;

    /// <summary>Carries out what its cores want, and sets its timer.</summary>
    public void Wake()
    {
        if (!IsUp || IsFrozen) return;
        CarryOut();
        if (!IsUp || NextTimer is not { } next) return;
        var at = Math.Max(Market.World.Now.UnixMs, next.UnixMs - SkewMs);
        if (at >= _timerAt) return;
        _timerAt = at;
        var incarnation = _incarnation;
        Market.World.After(at - Market.World.Now.UnixMs, () =>
        {
            if (incarnation != _incarnation || !IsUp || at != _timerAt) return;
            _timerAt = long.MaxValue;
            if (IsFrozen) return;
            // A core that wants to be called at an instant that has passed is called again a millisecond later at the earliest, so that time goes on.
            OnTimer();
            CarryOut();
            Later(1, () => { });
        });
    }

    protected abstract Instant? NextTimer { get; }

    protected abstract void OnStarted();

    protected abstract void OnCrashed();

    protected abstract void OnTimer();

    protected abstract void CarryOut();

    private bool Clogged(bool clogged)
    {
        if (clogged) Market.Network.Clog(Number);
        else Market.Network.Unclog(Number);
        return clogged;
    }
}
