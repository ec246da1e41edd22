using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Epochs;

/// <summary>Nodes that form a broker set, joined by a network of the test's own.</summary>
internal sealed class EpochNetwork
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Dictionary<(int Node, long Request), Action<EpochResponse>> _waiting = [];
    public const long AttemptMs = 6_000;

    private readonly EpochOptions _options;
    private readonly int _brokers;
    private long _order;

    /// <param name="brokers">n, as every node counts it; 0 for all that are seen.</param>
    public EpochNetwork(int nodes, long staggerMs = 1000, int brokers = 0)
    {
        _brokers = brokers;
        // Epochs of a minute: dead after one, gone after two, seen after two, a term of twenty.
        _options = new EpochOptions { SettleMs = 2000, RetryMs = 500, StaggerMs = staggerMs, AttemptMs = AttemptMs, LeadSlots = 4, EpochMs = 60_000, SeenMs = 120_000, TermMs = 1_200_000, WatchMs = 5_000 };
        Rules = new MarketRules
        {
            Network = new NetworkId(Hash256.Of("test network"u8)),
            Market = new MarketId(Hash256.Of("test market"u8)),
            Schedule = SlotSchedule.WithDefaultBounds(0, 1000),
            Clearing = ClearingRules.PairwiseMean,
            TtlCapSlots = 300,
        };
        // In the order of their distance to the market, so that node 0 is the nearest.
        Signers = Enumerable.Range(0, nodes).Select(i => new TestSigner($"node-{i}")).OrderBy(signer => BrokerDistance.Of(Rules.Market, signer.Id)).ToArray();
        Nodes = Signers.Select(Create).ToArray();
        Seen = Signers.Select(_ => Enumerable.Range(0, nodes).ToArray()).ToArray();
    }

    public MarketRules Rules { get; }
    public TestSigner[] Signers { get; }
    public EpochFormation[] Nodes { get; }

    /// <summary>Which nodes each node's own lookup finds, nearest first.</summary>
    public int[][] Seen { get; }
    public Dictionary<int, List<JournalEntry>> Disks { get; } = [];
    public List<(int Node, EpochConfig Config)> Adopted { get; } = [];

    /// <summary>From which slots on nodes may not vote any more, in their order, and when they were told.</summary>
    public List<(int Node, Slot From, Instant At)> Drained { get; } = [];
    public HashSet<int> Down { get; } = [];
    public Dictionary<int, long> SkewMs { get; } = [];

    /// <summary>Where nodes are, as binary multiaddrs: on loopback, which says nothing of their network.</summary>
    public Func<int, byte[]> AddressOf { get; set; } = node => [4, 127, 0, 0, 1, 6, 0, (byte)node];

    /// <summary>True for messages that are lost: from, to, request.</summary>
    public Func<int, int, EpochRequest, bool> Loses { get; set; } = (_, _, _) => false;

    /// <summary>True for answers that are lost: of whom, to whom, request.</summary>
    public Func<int, int, EpochRequest, bool> LosesAnswers { get; set; } = (_, _, _) => false;
    public Func<int, bool> DiskHangs { get; set; } = _ => false;
    public Instant Now { get; private set; } = new(1_000_000);

    /// <summary>The sets that a node's disk says it prepared or committed to, in their order, with the attempts.</summary>
    public IEnumerable<(ulong Attempt, RecordId Config)> Written(int node, JournalKind kind)
    {
        foreach (var entry in Disks.GetValueOrDefault(node, []).Where(entry => entry.Kind == kind))
        {
            if (EpochConfig.TryParse(Record.Parser.ParseFrom(entry.Payload), out var config)) yield return (config.Attempt, config.Id);
        }
    }

    public ulong Attempt => (ulong)(Now.UnixMs / AttemptMs);

    public Instant ClockOf(int node) => Now.PlusMs(SkewMs.GetValueOrDefault(node));

    public void Want(int node)
    {
        Nodes[node].Want(ClockOf(node));
        Drain(node);
    }

    public void Restart(int node)
    {
        Nodes[node] = Create(Signers[node]);
        Nodes[node].Restore(Disks.GetValueOrDefault(node, []));
        Down.Remove(node);
    }

    /// <summary>Asks a node by hand; the answer is null where it does not come.</summary>
    public EpochResponse? Ask(int node, EpochRequest request, long withinMs = 200)
    {
        EpochResponse? answer = null;
        Deliver(node, request, response => answer = response);
        Run(withinMs);
        return answer;
    }

    public static EpochRequest Prepare(EpochConfig config, ulong attempt, EpochConfig? justification = null) =>
        new() { Prepare = new EpochPrepare { Attempt = attempt, Config = new Record { Kind = RecordKind.Epoch, Body = config.Record.Body }, Prepared = justification?.Record } };

    /// <summary>A config with the signatures of some nodes, as their keys would make them.</summary>
    public EpochConfig Signed(EpochConfig config, EpochPhase phase, ulong attempt, params int[] nodes) => config.Signed(Rules.Network, phase, attempt, nodes.Select(node => Signers[node]));

    public EpochConfig Draft(Slot first, params int[] nodes) => EpochConfig.First(Rules.Market, nodes.Select(Member), first);

    public void Run(long ms)
    {
        var until = Now.PlusMs(ms);
        while (true)
        {
            var next = until.UnixMs;
            int? timer = null;
            for (var i = 0; i < Nodes.Length; i++)
            {
                if (Down.Contains(i) || Nodes[i].NextTimer is not { } at) continue;
                var mine = Math.Max(Now.UnixMs, at.UnixMs - SkewMs.GetValueOrDefault(i));
                if (mine >= next) continue;
                (next, timer) = (mine, i);
            }

            if (_events.TryPeek(out _, out var priority) && priority.At <= next)
            {
                Now = new Instant(Math.Max(Now.UnixMs, priority.At));
                _events.Dequeue()();
            }
            else if (timer is { } node)
            {
                Now = new Instant(next);
                Nodes[node].OnTimer(ClockOf(node));
                Drain(node);
            }
            else
            {
                break;
            }
        }

        Now = until;
    }

    private EpochFormation Create(TestSigner signer) => new(Rules, _options, signer, new TestVerifier());

    private EpochMember Member(int node) => new(Signers[node].Id, [AddressOf(node)]);

    private void After(long ms, Action action) => _events.Enqueue(action, (Now.UnixMs + ms, _order++));

    private void Deliver(int to, EpochRequest request, Action<EpochResponse> answer)
    {
        var number = ++_order;
        _waiting.Add((to, number), answer);
        Nodes[to].OnRequest(ClockOf(to), number, EpochRequest.Parser.ParseFrom(request.ToByteArray()));
        Drain(to);
    }

    private void Drain(int node)
    {
        var core = Nodes[node];
        while (core.TryTake(out var effect))
        {
            switch (effect)
            {
                case EpochEffect.Append append:
                    if (DiskHangs(node)) break;
                    After(1, () =>
                    {
                        if (Nodes[node] != core || Down.Contains(node)) return;
                        if (!Disks.TryGetValue(node, out var disk)) Disks.Add(node, disk = []);
                        disk.Add(append.Entry);
                        core.OnDurable(ClockOf(node), append.Number);
                        Drain(node);
                    });
                    break;
                case EpochEffect.Ask ask:
                    Send(node, core, ask);
                    break;
                case EpochEffect.Respond respond:
                    if (_waiting.Remove((node, respond.Request), out var waiting)) waiting(EpochResponse.Parser.ParseFrom(respond.Response.ToByteArray()));
                    break;
                case EpochEffect.LookUp:
                    After(20, () =>
                    {
                        if (Nodes[node] != core || Down.Contains(node)) return;
                        var seen = Seen[node];
                        var brokers = _brokers == 0 ? seen.Length : _brokers;
                        core.OnView(ClockOf(node), new EpochView([.. seen.Select(Member)], Math.Min(brokers, seen.Length), IsSparse: false) { Fewest = brokers, Most = brokers });
                        Drain(node);
                    });
                    break;
                case EpochEffect.Adopted adopted:
                    Adopted.Add((node, adopted.Config));
                    break;
                case EpochEffect.Drain drain:
                    Drained.Add((node, drain.From, Now));
                    break;
                case EpochEffect.Learned or EpochEffect.Warn:
                    break;
                default:
                    throw new InvalidOperationException($"Unknown effect {effect}.");
            }
        }
    }

    private void Send(int from, EpochFormation core, EpochEffect.Ask ask)
    {
        var to = Array.FindIndex(Signers, signer => signer.Id == ask.To.Peer);
        if (Down.Contains(to) || Loses(from, to, ask.Request))
        {
            After(300, () => Answer(null));
            return;
        }

        After(10, () => Deliver(to, ask.Request, response => After(10, () => Answer(LosesAnswers(to, from, ask.Request) ? null : response))));

        void Answer(EpochResponse? response)
        {
            if (Nodes[from] != core || Down.Contains(from)) return;
            core.OnResponse(ClockOf(from), ask.Number, response);
            Drain(from);
        }
    }
}
