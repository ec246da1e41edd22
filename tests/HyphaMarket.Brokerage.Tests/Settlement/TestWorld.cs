using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>Nodes, a network and disks under one clock, all deterministic: the driver of the cores, with a hook at every boundary where a crash can fall.</summary>
internal sealed class TestWorld
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Dictionary<(TestNode Node, long RequestId), Action<object>> _requests = [];
    private readonly List<(TestNode Buyer, FillNotice Notice)> _notices = [];
    private long _order;
    private long _requestIds;

    public TestWorld(params TestNode[] nodes) => Nodes = nodes;

    public IReadOnlyList<TestNode> Nodes { get; }
    public Instant Now { get; private set; } = TestMarket.Matched;

    /// <summary>One way; drawn for each message, so that messages overtake each other when it varies.</summary>
    public Func<long> LatencyMs { get; set; } = () => 10;

    /// <summary>True loses the message; the asker hears of a broken stream.</summary>
    public Func<bool> IsLost { get; set; } = () => false;

    /// <summary>True delivers a request twice.</summary>
    public Func<bool> IsDoubled { get; set; } = () => false;
    public long SyncMs { get; set; } = 4;

    /// <summary>Called at every boundary of a node: before an effect, before and after a sync, before an input. True crashes it there.</summary>
    public Func<TestNode, bool> CrashesHere { get; set; } = _ => false;

    /// <summary>How long a crashed node stays away, and how many unsynced entries survive.</summary>
    public long DownMs { get; set; } = 300;
    public int UnsyncedThatSurvive { get; set; }

    /// <summary>Checked after every event.</summary>
    public Action Invariant { get; set; } = () => { };

    public void At(Instant at, Action action) => _events.Enqueue(action, (Math.Max(at.UnixMs, Now.UnixMs), _order++));

    public void After(long ms, Action action) => At(Now.PlusMs(ms), action);

    /// <summary>The brokers push a fill to its buyer, again after each restart, as a standing watch does.</summary>
    public void Notify(TestNode buyer, FillNotice notice)
    {
        _notices.Add((buyer, notice));
        After(10, () => Input(buyer, now => buyer.Core.Scheduler.OnFill(now, notice)));
    }

    /// <summary>Lets everything happen up to that moment.</summary>
    public void RunUntil(Instant end)
    {
        for (var steps = 0; ; steps++)
        {
            if (steps > 200_000) throw new InvalidOperationException("The world does not come to rest: some core sets timers that bring nothing.");
            foreach (var node in Nodes) Drain(node);
            Invariant();

            var next = _events.TryPeek(out _, out var key) ? key.At : long.MaxValue;
            var timer = Nodes.Select(node => (Node: node, At: node.IsUp ? TimerOf(node) : long.MaxValue)).MinBy(pair => pair.At);
            var at = Math.Min(next, timer.At);
            if (at > end.UnixMs) break;
            if (at > Now.UnixMs) Now = new Instant(at);
            if (next <= timer.At) _events.Dequeue()();
            else Input(timer.Node, now => timer.Node.Core.OnTimer(now));
        }

        Now = end;
    }

    public void RunFor(long ms) => RunUntil(Now.PlusMs(ms));

    /// <summary>Sends a request to a node as anybody; the answer comes by the callback unless the node dies.</summary>
    public void Ask(FromPeer from, TestNode node, SettleRequest request, Action<SettleResponse> answered) =>
        Deliver(node, (core, now, id) => core.OnSettleRequest(now, from.Id, request, id), answer => answered((SettleResponse)answer), () => { });

    public void Ask(FromPeer from, TestNode node, LeaseRequest request, Action<LeaseResponse> answered) =>
        Deliver(node, (core, now, id) => core.Leases.OnRequest(now, from.Id, request, id), answer => answered((LeaseResponse)answer), () => { });

    /// <summary>Calls into a node, unless it is down or crashes first.</summary>
    public void Input(TestNode node, Action<Instant> input)
    {
        if (!node.IsUp || CrashedHere(node)) return;
        input(Now.PlusMs(node.ClockSkewMs));
        Drain(node);
    }

    private long TimerOf(TestNode node) => node.Core.NextTimer is { } at ? at.UnixMs - node.ClockSkewMs : long.MaxValue;

    private void Drain(TestNode node)
    {
        while (node.IsUp && node.Core.TryTake(out var effect))
        {
            if (CrashedHere(node)) return;
            Perform(node, effect);
        }
    }

    private void Perform(TestNode node, SettlementEffect effect)
    {
        switch (effect)
        {
            case SettlementEffect.Append append:
                node.Append(append);
                var life = node.Life;
                After(SyncMs, () => Sync(node, life));
                break;
            case SettlementEffect.Respond respond:
                Leaves(node, respond.Response.Accepted ?? respond.Response.Settled ?? respond.Response.Released);
                if (_requests.Remove((node, respond.RequestId), out var settle)) settle(respond.Response);
                break;
            case SettlementEffect.RespondLease respond:
                Leaves(node, respond.Response.CoSigned ?? respond.Response.End);
                if (_requests.Remove((node, respond.RequestId), out var lease)) lease(respond.Response);
                break;
            case SettlementEffect.Publish publish:
                Leaves(node, publish.Record);
                break;
            case SettlementEffect.AskSeller ask:
                Leaves(node, ask.Request.Activate);
                Send(
                    node,
                    ask.Seller,
                    (core, now, id) => core.OnSettleRequest(now, node.Keys.Id, ask.Request, id),
                    (now, answer) => node.Core.Scheduler.OnAnswer(now, ask.Match, ask.Attempt, (SettleResponse)answer),
                    now => node.Core.Scheduler.OnUnreachable(now, ask.Match, ask.Attempt));
                break;
            case SettlementEffect.AskCounterparty ask:
                Leaves(node, ask.Request.Renew ?? ask.Request.Usage ?? ask.Request.End);
                Send(
                    node,
                    ask.Counterparty,
                    (core, now, id) => core.Leases.OnRequest(now, node.Keys.Id, ask.Request, id),
                    (now, answer) => node.Core.Leases.OnAnswer(now, ask.Ask, (LeaseResponse)answer),
                    now => node.Core.Leases.OnUnreachable(now, ask.Ask));
                break;
            case SettlementEffect.Raise raise:
                node.Events.Add(raise.Event);
                break;
            case SettlementEffect.Forget forget:
                node.Disk.RemoveAll(entry => entry.Kind == forget.Kind && entry.Key == forget.Key);
                break;
            default:
                throw new InvalidOperationException($"No driver for {effect}.");
        }
    }

    private static void Leaves(TestNode node, Record? record)
    {
        if (record is not null) node.Left.Add(record);
    }

    private void Sync(TestNode node, int life)
    {
        if (node.Life != life || !node.HasUnsynced || CrashedHere(node)) return;
        var number = node.Sync();
        if (CrashedHere(node)) return;
        node.Core.OnDurable(number);
        Drain(node);
    }

    /// <summary>One request over a stream of its own, and its answer; whatever breaks the stream is told to the asker.</summary>
    private void Send(TestNode from, ParticipantId to, Action<SettlementCore, Instant, long> request, Action<Instant, object> answered, Action<Instant> unreachable)
    {
        var life = from.Life;
        void Broken() => After(LatencyMs(), () => Back(unreachable));
        void Back(Action<Instant> input)
        {
            if (from.Life == life) Input(from, input);
        }

        var node = Nodes.SingleOrDefault(candidate => candidate.Keys.Id == to);
        if (node is null || IsLost())
        {
            Broken();
            return;
        }

        void Answered(object answer)
        {
            if (IsLost()) Broken();
            else After(LatencyMs(), () => Back(now => answered(now, answer)));
        }

        Deliver(node, request, Answered, Broken);
        if (IsDoubled()) Deliver(node, request, Answered, () => { });
    }

    private void Deliver(TestNode node, Action<SettlementCore, Instant, long> request, Action<object> answered, Action broken) => After(LatencyMs(), () =>
    {
        if (!node.IsUp)
        {
            broken();
            return;
        }

        var id = ++_requestIds;
        _requests[(node, id)] = answered;
        Input(node, now => request(node.Core, now, id));
        if (node.IsUp) return;
        if (_requests.Remove((node, id))) broken();
    });

    private bool CrashedHere(TestNode node)
    {
        if (!CrashesHere(node)) return false;
        node.Crash(UnsyncedThatSurvive);
        foreach (var key in _requests.Keys.Where(key => key.Node == node).ToArray()) _requests.Remove(key);
        After(DownMs, () =>
        {
            if (node.IsUp) return;
            node.Restart(Now.PlusMs(node.ClockSkewMs));
            foreach (var (buyer, notice) in _notices.Where(pair => pair.Buyer == node)) After(10, () => Input(buyer, now => buyer.Core.Scheduler.OnFill(now, notice)));
            Drain(node);
        });
        return true;
    }
}
