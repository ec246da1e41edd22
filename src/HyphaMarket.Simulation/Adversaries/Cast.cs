using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.Faults;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Who is malicious in a run, and how: drawn from its seed.</summary>
public sealed class Cast
{
    private readonly SimulatedMarket _market;
    private readonly Conspiracy _conspiracy = new();

    private readonly Emphasis? _emphasis;

    private Cast(SimulatedMarket market, Emphasis? emphasis = null) => (_market, _emphasis) = (market, emphasis);

    /// <summary>How many brokers may be malicious: what is promised then is checked.</summary>
    public Tolerance Malicious { get; private set; }

    /// <summary>Brokers that may still become malicious, by a disk that lies, within <see cref="Malicious"/>.</summary>
    public int BrokersToSpare { get; internal set; }

    /// <summary>
    /// Members of a set that are faulty for good. The dead are; and where progress is promised so are liars and who abstains, for a set withstands no more than f of
    /// all these together. Where safety alone is promised, as many may die as if everybody were honest.
    /// </summary>
    public int LostIn(EpochConfig set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return set.Members.Count(member => _market.Find(member.Peer) is not BrokerNode broker || broker.IsGone || (Malicious == Tolerance.LiveBrokers && (!broker.IsHonest || broker.Disk.Damage is not null)));
    }

    /// <summary>So many brokers lie, drawn from the seed, and everybody else is honest.</summary>
    public static Cast WithLiars(SimulatedMarket market, int liars)
    {
        ArgumentNullException.ThrowIfNull(market);
        var cast = new Cast(market) { Malicious = Tolerance.LiveBrokers };
        ArgumentOutOfRangeException.ThrowIfGreaterThan(liars, (market.BrokersOfASet - 1) / 3);
        if (liars == 0) return cast;
        market.Observe.Check([cast._conspiracy]);
        var brokers = market.Brokers.ToArray();
        market.World.Random.Shuffle(brokers);
        foreach (var broker in brokers.Take(liars)) cast.Corrupt(broker);
        return cast;
    }

    /// <summary>Draws the cast of a market that has not started.</summary>
    /// <param name="emphasis">What the run is aimed at; null for what the seed draws.</param>
    public static Cast Draw(SimulatedMarket market, Emphasis? emphasis = null)
    {
        ArgumentNullException.ThrowIfNull(market);
        var cast = new Cast(market, emphasis);
        market.Observe.Check([cast._conspiracy]);
        cast.Draw();
        return cast;
    }

    /// <summary>Everybody malicious acts, now and then.</summary>
    public void Act()
    {
        foreach (var node in _market.Nodes.Where(node => node.IsUp && node.Lies.Count > 0)) node.Lies[_market.World.Random.Next(node.Lies.Count)].Act();
    }

    /// <summary>
    /// Ids near the key, of one network, now and then: of these a set takes one at most while others wait, so the operator counts as one malicious broker.
    /// </summary>
    internal void MayJoinSybils()
    {
        if (BrokersToSpare == 0 || _market.World.Random.Next(3) > 0) return;
        BrokersToSpare--;
        foreach (var sybil in Sybils.Join(_market, _market.World.Random.Next(2, 9), networks: 1)) Corrupt(sybil);
    }

    private void Draw()
    {
        var random = _market.World.Random;
        // Of all willing nodes, so that whichever of them make a set, it has no more liars than that.
        var n = _market.BrokersOfASet;
        var f = (n - 1) / 3;
        var q = n - f;
        Malicious = _emphasis?.Malicious ?? random.Next(20) switch
        {
            < 12 => Tolerance.LiveBrokers,
            < 17 => Tolerance.SafeBrokers,
            _ => Tolerance.AnyBrokers,
        };
        _market.Observe.Malicious = Malicious;
        var most = Malicious switch
        {
            Tolerance.LiveBrokers => f,
            Tolerance.SafeBrokers => (2 * q) - n - 1,
            _ => n,
        };
        var liars = _emphasis?.Malicious is not null ? most : Malicious == Tolerance.LiveBrokers ? random.Next(most + 1) : random.Next(Math.Min(most, f + 1), most + 1);
        BrokersToSpare = most - liars;
        var brokers = _market.Brokers.ToArray();
        random.Shuffle(brokers);
        foreach (var broker in brokers.Take(liars)) Corrupt(broker);
        foreach (var trader in _market.Traders.ToArray())
        {
            if (_emphasis?.Traders is { } lie && trader.Number < _market.Trader(2).Number) Add(trader, Make(lie, trader));
            else if (random.Next(6) == 0) Corrupt(trader);
        }
    }

    private void Corrupt(BrokerNode broker)
    {
        _conspiracy.Brokers.Add(broker);
        if (_emphasis?.Brokers is { } lies)
        {
            foreach (var lie in lies) Add(broker, Make(lie, broker));
            return;
        }

        var random = _market.World.Random;
        if (!broker.IsUp && random.Next(5) == 0) Twin(_market.AddTwinOf(broker));
        for (var i = random.Next(1, 4); i > 0; i--) Add(broker, DrawOf(broker));
    }

    private void Corrupt(TraderNode trader)
    {
        var random = _market.World.Random;
        if (random.Next(4) == 0) Twin(_market.AddTwinOf(trader));
        else for (var i = random.Next(1, 3); i > 0; i--) Add(trader, DrawOf(trader));
    }

    private void Twin(SimulatedNode twin) => _market.World.Tell($"{twin.Name} runs twice, the second time as node {twin.Number}");

    private void Add(SimulatedNode node, Lie lie)
    {
        if (node.Lies.Any(other => other.Name == lie.Name)) return;
        node.Add(lie);
        _market.World.Tell($"{node.Name} {lie.Name}");
    }

    private Lie Make(LieKind kind, SimulatedNode liar) => kind switch
    {
        LieKind.Equivocates => new Equivocates(_conspiracy, _market.World.Random.Next()),
        LieKind.ProposesFalsely => new ProposesFalsely(_conspiracy),
        LieKind.VotesForAll => new VotesForAll(_conspiracy),
        LieKind.ForgesCertificates => new ForgesCertificates(_conspiracy),
        LieKind.Replays => new Replays(_conspiracy),
        LieKind.WithholdsRecords => Withholds.Records,
        LieKind.ForgesEvidence => new ForgesEvidence(_conspiracy),
        LieKind.OffersNonsense => new OffersNonsense(((TraderNode)liar).Side),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such lie."),
    };

    private Lie DrawOf(BrokerNode broker)
    {
        var random = _market.World.Random;
        return random.Next(16) switch
        {
            0 => Withholds.Votes,
            1 => Withholds.Proposals,
            2 => Withholds.WhatItKnows,
            3 => random.Next(2) == 0 ? Withholds.Answers : Withholds.Receipts,
            4 => Withholds.Fills,
            5 => new SpeaksToFew(_market.Nodes.Select(node => node.Number).Where(_ => random.Next(2) == 0).ToHashSet()),
            6 => new SpeaksLate(random.Next(500, 15_000)),
            7 or 8 => new Equivocates(_conspiracy, random.Next()),
            9 or 10 => new ProposesFalsely(_conspiracy),
            11 => new VotesForAll(_conspiracy),
            12 => random.Next(2) == 0 ? new LiesInReconciliation() : new ForgesEvidence(_conspiracy),
            13 => new LiesAboutTime(random.Next(-3_600_000, 3_600_000)),
            14 => random.Next(2) == 0 ? new Replays(_conspiracy) : new Censors(_conspiracy, _market.Traders.Where(_ => random.Next(3) == 0).Select(trader => trader.Id).ToHashSet()),
            _ => new ForgesCertificates(_conspiracy),
        };
    }

    private Lie DrawOf(TraderNode trader)
    {
        var random = _market.World.Random;
        return random.Next(9) switch
        {
            0 => trader.Side == Side.Ask ? Withholds.Acceptance : Withholds.Claims,
            1 => Withholds.Activations,
            2 => Withholds.UsageReceipts,
            3 => new SubmitsTwins(),
            4 => new RacesCancels(),
            5 or 6 => new OffersNonsense(trader.Side),
            7 => new MeddlesInMatches(_conspiracy),
            _ => new DisputesUsage(),
        };
    }
}
