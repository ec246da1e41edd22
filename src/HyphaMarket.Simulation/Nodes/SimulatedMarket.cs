using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.World;
using HyphaMarket.Wire;

namespace HyphaMarket.Simulation.Nodes;

/// <summary>One market with its brokers and traders in one simulated world.</summary>
public sealed class SimulatedMarket : IObservedMarket
{
    private readonly Dictionary<ParticipantId, int> _numbers = [];
    private readonly Dictionary<int, int> _twins = [];
    private readonly Dictionary<ParticipantId, Hash256> _distances = [];
    private readonly int _brokers;

    public SimulatedMarket(SimulatedWorld world, SimulatedMarketOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        World = world;
        Network = new SimulatedNetwork(world) { CopiesMessages = options.CopiesMessages };
        Rules = new MarketRules
        {
            Network = new NetworkId(Hash256.Of("simulated network"u8)),
            Market = new MarketId(Hash256.Of("simulated market"u8)),
            Schedule = SlotSchedule.WithDefaultBounds(0, options.SlotLengthMs),
            Clearing = options.Clearing,
            TtlCapSlots = 600_000 / options.SlotLengthMs,
            // Work is the same arithmetic with more of it: the simulated hours go to the protocol.
            WorkBits = 0,
            BookDepth = options.BookDepth,
        };
        Observe = new Observations(this, world.Seed, world.Trace);
        _brokers = options.Brokers;
        EpochOptions = options.Epochs;
        for (var i = 0; i < options.Brokers + options.Spares; i++) Brokers.Add(Add(new BrokerNode(this, Nodes.Count)));
        for (var i = 0; i < options.Traders; i++) Traders.Add(Add(new TraderNode(this, Nodes.Count, i % 2 == 0 ? Side.Ask : Side.Bid, units: 1 + (i % 3))));
    }

    public SimulatedWorld World { get; }
    public SimulatedNetwork Network { get; }
    public MarketRules Rules { get; }
    public Observations Observe { get; }
    public List<SimulatedNode> Nodes { get; } = [];
    public List<BrokerNode> Brokers { get; } = [];
    public List<TraderNode> Traders { get; } = [];
    public ISignatureVerifier Verifier { get; } = new SimulatedVerifier();
    public BrokerOptions BrokerOptions { get; } = new() { AnswerWithinMs = 5_000 };
    public LeaseOptions LeaseOptions { get; } = new();

    /// <summary>How patiently broker sets are formed and changed.</summary>
    public EpochOptions EpochOptions { get; }

    /// <summary>How long a node waits for an answer.</summary>
    public long AnswerWithinMs => 1_000;

    public Instant Now => World.Now;

    public IObservedNode? Find(ParticipantId id) => _numbers.TryGetValue(id, out var number) ? Nodes[number] : null;

    /// <summary>Another willing node comes.</summary>
    public BrokerNode Join() => Join(new BrokerNode(this, Nodes.Count));

    /// <summary>Another willing node comes, under a name that gives it its id.</summary>
    internal BrokerNode Join(string name, byte[] address) => Join(new BrokerNode(this, Nodes.Count, name, address));

    private BrokerNode Join(BrokerNode node)
    {
        Brokers.Add(Add(node));
        node.Start();
        return node;
    }

    /// <summary>The latest broker set that honest nodes have adopted; null while there is none.</summary>
    public EpochConfig? LatestSet => Brokers.Where(broker => broker.IsHonest).Select(broker => broker.KnownSet).OfType<EpochConfig>().MaxBy(config => config.Epoch);

    /// <summary>n: how many brokers a set has while so many are willing.</summary>
    public int BrokersOfASet => _brokers;

    public BrokerNode Broker(int index) => Brokers[index];

    public TraderNode Trader(int index) => Traders[index];

    /// <exception cref="KeyNotFoundException">Nobody has the name.</exception>
    public int NumberOf(ParticipantId id) => _numbers[id];

    /// <summary>Which process gets what one node sends to another: of twins each talks with about half of the others.</summary>
    internal int Route(int from, int to) => _twins.TryGetValue(to, out var twin) && (from == twin || (from != to && (from + to) % 2 == 0)) ? twin : to;

    /// <summary>Runs a second process with a broker's key, on a disk of its own: a copy that was restored beside the first, or malice.</summary>
    public BrokerNode AddTwinOf(BrokerNode broker)
    {
        ArgumentNullException.ThrowIfNull(broker);
        return AddTwin(broker, new BrokerNode(broker, Nodes.Count));
    }

    /// <inheritdoc cref="AddTwinOf(BrokerNode)"/>
    public TraderNode AddTwinOf(TraderNode trader)
    {
        ArgumentNullException.ThrowIfNull(trader);
        return AddTwin(trader, new TraderNode(trader, Nodes.Count));
    }

    /// <summary>Starts every node within the first second.</summary>
    public void Start()
    {
        foreach (var node in Nodes) World.After(World.Random.Next(1_000), node.Start);
    }

    /// <summary>What a node's own lookup finds: the willing nodes that are up, of whom it may miss one that is not itself.</summary>
    internal EpochView ViewOf(BrokerNode node)
    {
        var up = Brokers.Where(broker => broker.IsUp).ToList();
        if (up.Count > 1 && World.Chance(0.02)) up.Remove(up.Where(broker => broker != node).ElementAt(World.Random.Next(up.Count - 1)));
        var nearest = up.Select(broker => broker.Id).Distinct().OrderBy(DistanceOf).Take(EpochAcceptance.NearestLookedUp);
        return new EpochView([.. nearest.Select(peer => new EpochMember(peer, ((BrokerNode)Nodes[_numbers[peer]]).Addresses))], Math.Min(_brokers, up.Count), IsSparse: up.Count < _brokers) { Fewest = _brokers, Most = _brokers };
    }

    private Hash256 DistanceOf(ParticipantId peer)
    {
        if (!_distances.TryGetValue(peer, out var distance)) _distances.Add(peer, distance = BrokerDistance.Of(Rules.Market, peer));
        return distance;
    }

    private T AddTwin<T>(T node, T twin)
        where T : SimulatedNode
    {
        node.IsTwinned = twin.IsTwinned = true;
        _twins.Add(node.Number, twin.Number);
        Nodes.Add(twin);
        return twin;
    }

    private T Add<T>(T node)
        where T : SimulatedNode
    {
        Nodes.Add(node);
        _numbers.Add(node.Id, node.Number);
        return node;
    }
}
