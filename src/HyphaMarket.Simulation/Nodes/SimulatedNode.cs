using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Adversaries;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.World;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Nodes;

/// <summary>One process on one machine: a clock, a disk, a way to the others, and cores that die with it.</summary>
public abstract class SimulatedNode : IObservedNode
{
    /// <summary>Records of the last minute or two.</summary>
    private const int MostSaid = 512;

    private readonly List<Lie> _lies = [];

    /// <summary>One record goes to many: checks see it once in a while.</summary>
    private readonly HashSet<Record> _said = new(RecordContent.Comparer);
    private PlannedAction? _timerDue;
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

    /// <summary>It keeps to the protocol, and so does its disk. Only of honest nodes is anything promised.</summary>
    public bool IsHonest => _lies.Count == 0 && !IsTwinned && !Disk.HasLied;

    /// <summary>Another process runs with the same key.</summary>
    public bool IsTwinned { get; internal set; }

    /// <summary>In which ways it is malicious.</summary>
    public IReadOnlyList<Lie> Lies => _lies;

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

    /// <summary>Its machine is lost: it never starts again.</summary>
    public bool IsGone { get; private set; }

    public void DieForGood()
    {
        Crash();
        IsGone = true;
        Market.World.Tell($"{Name} is gone for good");
    }

    /// <summary>SIGKILL.</summary>
    public void Crash()
    {
        if (!IsUp) return;
        IsUp = false;
        _incarnation++;
        _nextCrash = null;
        _timerAt = long.MaxValue;
        // Another incarnation speaks for itself.
        _said.Clear();
        Disk.Crash();
        OnCrashed();
        Market.World.Happens(Number);
        if (Market.World.Trace.IsTold) Market.World.Tell($"{Name} dies");
    }

    /// <summary>Starts, with what its disk holds.</summary>
    public void Start()
    {
        if (IsUp || IsGone) return;
        IsUp = true;
        Market.World.Happens(Number);
        if (Market.World.Trace.IsTold) Market.World.Tell($"{Name} starts with {Disk.Durable.Count} entries");
        Market.Observe.Started(this);
        OnStarted();
        Wake();
    }

    /// <summary>Units of the market that its machine has.</summary>
    public virtual int Units => 0;

    public byte[]? Durable(JournalKind kind, Hash256 key) => Disk.Find(kind, key)?.Payload;

    /// <summary>From now on it lies in this way too.</summary>
    public void Add(Lie lie)
    {
        ArgumentNullException.ThrowIfNull(lie);
        lie.Attach(this);
        _lies.Add(lie);
    }

    /// <summary>What leaves in place of a message: the message itself for an honest node; null for silence.</summary>
    internal T? Say<T>(int to, T message)
        where T : class, IMessage
    {
        IMessage? said = message;
        foreach (var lie in _lies)
        {
            if (said is not null) said = lie.Say(to, said);
        }

        if (said is not null && SignedIn(said) is { } record) Shows(record);
        // Whoever fetches a proposal gets it with a vote, of the one who answers or of another.
        if (said is BrokerResponse { Records: { } batch })
        {
            for (var i = 0; i < batch.Records.Count; i++)
            {
                if (batch.Records[i].Kind is RecordKind.Proposal or RecordKind.Vote) Shows(batch.Records[i]);
            }
        }

        return (T?)said;
    }

    private void Shows(Record record)
    {
        if (!_said.Add(record)) return;
        // Not for ever: what was said long ago is let go, and seen anew when it is said again.
        if (_said.Count > MostSaid)
        {
            _said.Clear();
            _said.Add(record);
        }

        Market.Observe.Said(this, record);
    }

    /// <summary>Its lies hear what comes to it.</summary>
    internal void Hear(int from, IMessage message)
    {
        foreach (var lie in _lies) lie.Hear(from, message);
    }

    /// <summary>The record in a message that its sender may have signed.</summary>
    private static Record? SignedIn(IMessage message) => message switch
    {
        Record record => record,
        BrokerRequest request => request.Vote ?? request.Proposal,
        SettleRequest request => request.Activate,
        SettleResponse response => response.Accepted ?? response.Settled ?? response.Released,
        LeaseResponse response => response.CoSigned,
        _ => null,
    };

    /// <summary>Asks another node; the answer, or null where none came in time, is given to this incarnation only.</summary>
    /// <param name="serve">Called at the other node with what was asked, and with the exchange to answer.</param>
    internal void Ask<TRequest>(int to, long withinMs, TRequest request, Action<SimulatedNode, TRequest, Exchange> serve, Action<IMessage?> answered)
        where TRequest : class, IMessage
    {
        var exchange = new Exchange(this, Market.Route(Number, to), answered);
        if (Say(exchange.To, request) is { } said) Market.Network.Send(Number, exchange.To, new Request<TRequest>(said, exchange, serve));
        Market.World.After(withinMs, exchange);
    }

    /// <summary>Runs something of this incarnation later.</summary>
    protected void Later(long ms, Action action)
    {
        Market.World.After(ms, new Deed(this, action));
    }

    protected void Append(JournalEntry entry, Action durable)
    {
        var (incarnation, crash) = (_incarnation, _nextCrash);
        _nextCrash = null;
        Disk.Append(entry, OnDurable, crash, crash is null ? null : Die);

        void OnDurable()
        {
            if (incarnation != _incarnation || !IsUp) return;
            Market.World.Happens(Number);
            Market.Observe.Journaled(this, entry);
            durable();
            Wake();
        }

        void Die()
        {
            if (crash == CrashPoint.AfterSync) Market.Observe.Journaled(this, entry);
            if (incarnation == _incarnation) Crash();
        }
    }

    protected long NextRequest() => ++_lastRequest;

    /// <summary>Carries out what its cores want, and sets its timer.</summary>
    public void Wake() => Wake(Market.World.Now);

    /// <param name="notBefore">No timer is due earlier than this.</param>
    private void Wake(Instant notBefore)
    {
        if (!IsUp || IsFrozen) return;
        CarryOut();
        if (!IsUp || NextTimer is not { } next) return;
        var at = Math.Max(notBefore.UnixMs, next.UnixMs - SkewMs);
        if (at >= _timerAt) return;
        _timerAt = at;
        Market.World.After(at - Market.World.Now.UnixMs, _timerDue ??= new PlannedAction(OnTimerDue));
    }

    private void OnTimerDue()
    {
        // Set anew since, or dead, or up again with another timer.
        if (!IsUp || _timerAt != Market.World.Now.UnixMs) return;
        _timerAt = long.MaxValue;
        if (IsFrozen) return;
        Market.World.Happens(Number);
        OnTimer();
        // A core that wants to be called at an instant that has passed is called again a millisecond later at the earliest, so that time goes on.
        Wake(Market.World.Now.PlusMs(1));
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

    /// <summary>A request and its answer.</summary>
    internal sealed class Exchange(SimulatedNode asker, int to, Action<IMessage?> answered) : Planned
    {
        private readonly int _incarnation = asker._incarnation;
        private bool _isOver;

        public SimulatedNode Asker => asker;

        /// <summary>The number of the node that is asked.</summary>
        public int To => to;

        /// <summary>There was no answer in time.</summary>
        public override void Happen() => Finish(null);

        public void Answer(IMessage answer)
        {
            if (asker.Market.Nodes[to].Say(asker.Number, answer) is { } told) asker.Market.Network.Send(to, asker.Number, new Reply(told, this));
        }

        public void Finish(IMessage? answer)
        {
            if (_isOver || _incarnation != asker._incarnation || !asker.IsUp) return;
            _isOver = true;
            asker.Market.World.Happens(asker.Number);
            answered(answer);
            asker.Wake();
        }
    }

    /// <summary>A request on its way, perhaps twice.</summary>
    private sealed class Request<T>(T message, Exchange exchange, Action<SimulatedNode, T, Exchange> serve) : Letter<T>(message)
        where T : class, IMessage
    {
        protected override void Arrive(T arrived)
        {
            var (asker, other) = (exchange.Asker, exchange.Asker.Market.Nodes[exchange.To]);
            if (!other.IsUp) return;
            asker.Market.World.Happens(exchange.To);
            other.Hear(asker.Number, arrived);
            serve(other, arrived, exchange);
            other.Wake();
        }
    }

    /// <summary>An answer on its way.</summary>
    private sealed class Reply(IMessage message, Exchange exchange) : Letter<IMessage>(message)
    {
        protected override void Arrive(IMessage arrived) => exchange.Finish(arrived);
    }

    /// <summary>What this incarnation does later.</summary>
    private sealed class Deed(SimulatedNode node, Action action) : Planned
    {
        private readonly int _incarnation = node._incarnation;

        public override void Happen()
        {
            if (_incarnation != node._incarnation || !node.IsUp) return;
            node.Market.World.Happens(node.Number);
            action();
            node.Wake();
        }
    }
}
