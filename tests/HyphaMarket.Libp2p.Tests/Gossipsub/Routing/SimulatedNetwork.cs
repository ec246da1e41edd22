using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

/// <summary>Routers joined by links with latency, in a time of their own. Every RPC passes through its wire form. The seed decides everything.</summary>
internal sealed class SimulatedNetwork
{
    public const string Topic = "market";

    private static readonly RpcLimits Limits = new();
    private readonly Random _random;
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _agenda = new();
    private readonly Dictionary<PeerId, int> _numbers = [];
    private readonly Dictionary<(int, int), TimeSpan> _latency = [];
    private long _order;

    public SimulatedNetwork(int nodes, int seed, GossipsubOptions? options = null)
    {
        _random = new Random(seed);
        Options = options ?? new GossipsubOptions();
        for (var i = 0; i < nodes; i++)
        {
            _numbers[TestPeers.Peer(i)] = i;
            Routers.Add(new GossipsubRouter(Options, TestPeers.Peer(i), new Random(_random.Next())));
            Delivered.Add([]);
            // Every node's heartbeat has its own offset, as in life.
            var node = i;
            At(Options.HeartbeatInterval * _random.NextDouble(), () => Heartbeat(node));
        }
    }

    public GossipsubOptions Options { get; }
    public TimeSpan Now { get; private set; }
    public List<GossipsubRouter> Routers { get; } = [];

    /// <summary>What each node's subscriber was given.</summary>
    public List<List<MessageId>> Delivered { get; } = [];

    /// <summary>Copies of messages sent from node to node.</summary>
    public int MessagesCarried { get; private set; }

    /// <summary>Which RPCs the network loses.</summary>
    public Func<int, int, Rpc, bool> Loses { get; set; } = (_, _, _) => false;

    /// <summary>What every node's validator says.</summary>
    public Func<int, PubsubMessage, ValidationOutcome> Judges { get; set; } = (_, _) => ValidationOutcome.Accept;

    /// <summary>Joins two nodes; the first dialled the second.</summary>
    public void Connect(int a, int b)
    {
        if (a == b || !_latency.TryAdd((a, b), TimeSpan.FromMilliseconds(_random.Next(5, 60)))) return;
        _latency[(b, a)] = _latency[(a, b)];
        Act(a, router => router.OnPeer(Now, TestPeers.Peer(b), GossipVersion.MeshV12, outbound: true));
        Act(b, router => router.OnPeer(Now, TestPeers.Peer(a), GossipVersion.MeshV12, outbound: false));
    }

    public void Disconnect(int a, int b)
    {
        if (!_latency.Remove((a, b))) return;
        _latency.Remove((b, a));
        Act(a, router => router.OnPeerGone(Now, TestPeers.Peer(b)));
        Act(b, router => router.OnPeerGone(Now, TestPeers.Peer(a)));
    }

    /// <summary>Joins every node with so many others at random, and all of them in a ring, so that nobody is left out.</summary>
    public void ConnectAtRandom(int links)
    {
        for (var i = 0; i < Routers.Count; i++)
        {
            Connect(i, (i + 1) % Routers.Count);
            for (var link = 0; link < links; link++)
            {
                var other = _random.Next(Routers.Count);
                if (!_latency.ContainsKey((i, other))) Connect(i, other);
            }
        }
    }

    public void SubscribeAll(TopicOptions? options = null)
    {
        for (var i = 0; i < Routers.Count; i++) Act(i, router => router.Subscribe(Now, Topic, options ?? TopicOptions.Default));
    }

    public PublishResult Publish(int node, long sequence)
    {
        PublishResult result = default;
        Act(node, router => result = router.Publish(Now, TestMessages.Signed(TestPeers.Peer(node), sequence, Topic), TopicOptions.Default));
        return result;
    }

    public void Act(int node, Action<GossipsubRouter> input)
    {
        input(Routers[node]);
        while (Routers[node].TryTake(out var effect))
        {
            switch (effect)
            {
                case SendRpc send:
                    Carry(node, _numbers[send.To], send.Rpc);
                    MessagesCarried += send.Rpc.Messages.Count;
                    break;
                case Validate request:
                    Act(node, router => router.OnAuthentic(request.Ticket));
                    At(TimeSpan.FromMilliseconds(_random.Next(1, 5)), () => Act(node, router => router.OnValidated(Now, request.Ticket, Judges(node, request.Message))));
                    break;
                case Deliver delivery:
                    Delivered[node].Add(delivery.MessageId);
                    break;
                case Withdraw:
                    // Nothing waits for a stream here.
                    break;
                default:
                    throw new InvalidOperationException(effect.ToString());
            }
        }
    }

    public void Run(TimeSpan duration)
    {
        var end = Now + duration;
        while (_agenda.TryPeek(out var action, out var due) && due.At <= end)
        {
            _agenda.Dequeue();
            Now = due.At;
            action();
        }
        Now = end;
    }

    private void Carry(int from, int to, Rpc rpc)
    {
        if (!_latency.TryGetValue((from, to), out var latency) || Loses(from, to, rpc)) return;
        var frame = RpcEncoder.Encode(rpc);
        At(latency, () =>
        {
            if (!_latency.ContainsKey((from, to))) return;
            Act(to, router => router.OnRpc(Now, TestPeers.Peer(from), RpcDecoder.Decode(frame, Limits)!));
        });
    }

    private void Heartbeat(int node)
    {
        Act(node, router => router.OnHeartbeat(Now));
        At(Options.HeartbeatInterval, () => Heartbeat(node));
    }

    private void At(TimeSpan delay, Action action) => _agenda.Enqueue(action, (Now + delay, _order++));
}
