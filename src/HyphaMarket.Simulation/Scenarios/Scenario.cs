using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Adversaries;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Simulation.World;

namespace HyphaMarket.Simulation.Scenarios;

/// <summary>A story written by hand: a market that does what it is told, with every promise checked to its end.</summary>
/// <remarks>
/// Traders place nothing by themselves. Time passes only in <see cref="For"/> and <see cref="Until"/>, so a story reads in the order in which things happen; what a
/// seed still draws is the time that messages and disks take.
/// </remarks>
public sealed class Scenario
{
    private readonly CertifiedSlots _certified = new();
    private readonly Conspiracy _conspiracy = new();

    private Scenario(SimulatedMarket market) => Market = market;

    public SimulatedMarket Market { get; }

    public SimulatedNetwork Network => Market.Network;

    /// <summary>Slots with a certificate so far.</summary>
    public IReadOnlyCollection<Slot> Certified => _certified.Slots;

    /// <summary>Promises that were broken so far.</summary>
    public IReadOnlyList<Violation> Violations => Market.Observe.Violations;

    /// <summary>A market of so many brokers, workers and schedulers in turn, whose broker set is formed.</summary>
    /// <param name="malicious">How many brokers the story lets be malicious: what is promised then is checked.</param>
    /// <exception cref="InvalidOperationException">No broker set was formed within a minute.</exception>
    /// <param name="spares">Willing nodes beside the brokers.</param>
    public static Scenario Begin(int seed = 1, int brokers = 5, int traders = 4, Tolerance malicious = Tolerance.LiveBrokers, int spares = 0, Action<string>? story = null)
    {
        var world = new SimulatedWorld(seed, story);
        var scenario = new Scenario(new SimulatedMarket(world, new SimulatedMarketOptions { Brokers = brokers, Spares = spares, Traders = traders }));
        scenario.Market.Observe.Check([.. Invariants.OfNodes(malicious), scenario._certified, scenario._conspiracy]);
        foreach (var trader in scenario.Market.Traders) trader.IsTrading = false;
        scenario.Market.Start();
        if (!scenario.Until(() => scenario.Market.Brokers.Count(broker => broker.Core is { IsCatchingUp: false, MayVote: true }) == brokers && scenario.Market.Traders.All(trader => trader.KnowsBrokers), slots: 30))
        {
            throw new InvalidOperationException("No broker set was formed within a minute.");
        }

        return scenario;
    }

    public BrokerNode Broker(int index) => Market.Broker(index);

    /// <summary>The workers are the traders of even numbers.</summary>
    public TraderNode Worker(int index) => Market.Trader(2 * index);

    /// <summary>The schedulers are the traders of odd numbers.</summary>
    public TraderNode Scheduler(int index) => Market.Trader((2 * index) + 1);

    /// <summary>The broker whose turn it is to propose in the next match slot.</summary>
    public BrokerNode NextProposer
    {
        get
        {
            var config = Market.LatestSet ?? throw new InvalidOperationException("There is no broker set.");
            var slot = Market.Rules.Schedule.SlotAt(Market.Now).Value;
            var next = new Slot(slot % 2 == 0 ? slot + 1 : slot + 2);
            return Market.Brokers.Single(broker => broker.Id == config.ProposerOf(next).Peer);
        }
    }

    /// <summary>All leases that buyers hold.</summary>
    public IEnumerable<Lease> Leases => Market.Traders.Where(trader => trader.IsUp).SelectMany(trader => trader.Settlement!.Leases.Leases).Where(lease => lease.Role == LeaseRole.Buyer);

    /// <summary>Nothing passes between these nodes and all others, either way, until the network is mended.</summary>
    public void Isolate(params SimulatedNode[] nodes)
    {
        int[] inside = [.. nodes.Select(node => node.Number)];
        int[] outside = [.. Market.Nodes.Select(node => node.Number).Except(inside)];
        Network.Partition(inside, outside);
    }

    /// <summary>Lets slots pass.</summary>
    public void For(int slots) => Market.World.RunUntil(Market.Now.PlusMs(slots * Market.Rules.Schedule.LengthMs));

    /// <summary>Lets time pass until something is so.</summary>
    /// <returns>Whether it became so within so many slots.</returns>
    public bool Until(Func<bool> holds, int slots)
    {
        ArgumentNullException.ThrowIfNull(holds);
        for (var end = Market.Now.PlusMs(slots * Market.Rules.Schedule.LengthMs); !holds(); Market.World.RunUntil(Market.Now.PlusMs(20)))
        {
            if (Market.Now >= end) return false;
        }

        return true;
    }

    /// <summary>From now on a broker lies.</summary>
    /// <param name="lie">Made with what the malicious know together.</param>
    public void Corrupt(BrokerNode broker, Func<Conspiracy, Lie> lie)
    {
        ArgumentNullException.ThrowIfNull(broker);
        ArgumentNullException.ThrowIfNull(lie);
        _conspiracy.Brokers.Add(broker);
        broker.Add(lie(_conspiracy));
    }

    /// <summary>All faults end.</summary>
    public void Mend()
    {
        Network.Mend();
        Network.UnclogAll();
        foreach (var node in Market.Nodes)
        {
            node.DoNotCrash();
            node.Thaw();
            node.SkewMs = 0;
            node.Start();
        }
    }

    private sealed class CertifiedSlots : Invariant
    {
        private readonly SortedSet<Slot> _slots = [];

        public override string Name => "counts certified slots";

        public IReadOnlyCollection<Slot> Slots => _slots;

        public override void OnCertified(IObservedNode broker, CertifiedSlot slot)
        {
            ArgumentNullException.ThrowIfNull(slot);
            _slots.Add(slot.Result.Slot);
        }
    }
}
