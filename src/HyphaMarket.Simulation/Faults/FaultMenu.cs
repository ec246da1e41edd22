using HyphaMarket.Simulation.Adversaries;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Simulation.World;

namespace HyphaMarket.Simulation.Faults;

/// <summary>What may go wrong, drawn from the world's seed: each run has its own weather, and faults come again and again until they are ended.</summary>
/// <param name="emphasis">What a run is aimed at; null for the plain menu.</param>
public sealed class FaultMenu(SimulatedMarket market, Cast cast, Emphasis? emphasis = null)
{
    /// <summary>Milliseconds in which a first broker set is formed where messages come late and get lost.</summary>
    private const long Formation = 20_000;

    private readonly SimulatedWorld _world = market.World;
    private bool _ended;
    private bool _quiet;

    /// <summary>Draws the weather of this run and begins.</summary>
    public void Begin()
    {
        var random = _world.Random;
        market.Network.Loss = random.Next(3) == 0 ? 0 : random.NextDouble() * 0.3;
        market.Network.Duplicates = random.Next(2) == 0 ? 0 : random.NextDouble() * 0.1;
        market.Network.DelayMs = (1, random.Next(5, 400));
        foreach (var node in market.Nodes)
        {
            // Within the bound that honest clocks keep; a few are far off for a while, by the menu.
            var bound = (int)market.Rules.Schedule.ClockBoundMs / 2;
            node.SkewMs = random.Next(-bound, bound + 1);
            node.Disk.SyncMs = (1, random.Next(2, 60));
        }

        // First a broker set is formed, of all who are willing: what a smaller one withstands is another matter.
        _world.After(Formation, Next);
        Act();
    }

    /// <summary>No weather but lost messages; who lies does.</summary>
    public void BeginCalm(double loss)
    {
        market.Network.Loss = loss;
        Act();
    }

    /// <summary>Everything is mended: what is down starts, cuts close, clocks are right.</summary>
    public void End()
    {
        _ended = true;
        market.Network.Loss = market.Network.Duplicates = 0;
        market.Network.DelayMs = (2, 40);
        market.Network.Mend();
        foreach (var node in market.Nodes)
        {
            node.Thaw();
            node.DoNotCrash();
            node.SkewMs = 0;
            node.Start();
        }

        market.Network.UnclogAll();
        _world.Tell("all faults have ended");
    }

    private void Next() => _world.After(_world.Random.Next(500, emphasis?.Fault is null ? 15_000 : 3_750), () =>
    {
        if (_ended) return;
        Strike();
        Next();
    });

    /// <summary>Nobody wants anything new, and the malicious do nothing of their own accord: what is under way comes to its end.</summary>
    public void Quieten()
    {
        _quiet = true;
        foreach (var trader in market.Nodes.OfType<TraderNode>()) trader.IsTrading = false;
        _world.Tell("nobody makes new offers");
    }

    /// <summary>The malicious do not stop when faults end.</summary>
    private void Act() => _world.After(_world.Random.Next(200, 4_000), () =>
    {
        if (_quiet) return;
        cast.Act();
        Act();
    });

    private void Strike()
    {
        var random = _world.Random;
        var node = market.Nodes[random.Next(2) == 0 ? random.Next(market.Brokers.Count) : random.Next(market.Nodes.Count)];
        var ms = random.Next(200, 30_000);
        switch (emphasis?.Fault is { } aimed && random.Next(2) == 0 ? (int)aimed : random.Next(10))
        {
            case 0:
                node.Crash();
                Afterwards(ms, node.Start);
                break;
            case 1 or 2:
                // It dies at a boundary of an effect, and comes back by itself.
                node.CrashAt((CrashPoint)random.Next(3));
                Afterwards(ms, () =>
                {
                    // Who has written nothing since must not die when its time to come back is over.
                    node.DoNotCrash();
                    node.Start();
                });
                break;
            case 3:
                var cut = market.Nodes.Select(other => other.Number).Where(_ => random.Next(3) == 0).ToHashSet();
                var rest = market.Nodes.Select(other => other.Number).Where(number => !cut.Contains(number)).ToHashSet();
                _world.Tell($"{string.Join(", ", cut.Select(number => market.Nodes[number].Name))} are cut off");
                market.Network.Cut(cut, rest);
                if (random.Next(3) > 0) market.Network.Cut(rest, cut);
                Afterwards(ms, market.Network.Mend);
                break;
            case 4:
                market.Network.Clog(node.Number);
                Afterwards(ms, () => market.Network.Unclog(node.Number));
                break;
            case 5:
                node.Freeze();
                Afterwards(ms, node.Thaw);
                break;
            case 6:
                var before = node.SkewMs;
                // Brokers watch each other's clocks, so theirs may be wrong at will; owners judge their counterparties' by the tolerance of settlement.
                var most = node is BrokerNode ? 20_000 : 4_000;
                node.SkewMs = random.Next(-most, most);
                _world.Tell($"{node.Name}'s clock is {node.SkewMs} ms ahead");
                Afterwards(ms, () => node.SkewMs = before);
                break;
            case 7:
                Spoil(node, ms);
                break;
            default:
                market.Network.Loss = random.NextDouble() * 0.3;
                break;
        }
    }

    /// <summary>The disk loses what it acknowledged: found by the journal's checks, or by nobody, and then its node is one of the bad.</summary>
    private void Spoil(SimulatedNode node, int ms)
    {
        // A broker that abstains or has forgotten its votes is one of those that a set withstands, so there is no more than a few of them.
        if (node is BrokerNode && node.IsHonest && node.Disk.Damage is null)
        {
            if (cast.BrokersToSpare == 0 || (market.LatestSet is { } set && market.Brokers.Any(broker => broker.IsGone) && cast.LostIn(set) >= set.Quorum.Faulty)) return;
            cast.BrokersToSpare--;
        }

        node.Crash();
        if (_world.Random.Next(2) == 0)
        {
            node.Disk.Corrupt();
            _world.Tell($"{node.Name}'s journal is damaged");
        }
        else
        {
            node.Disk.LoseNewest(_world.Random.Next(1, 20));
            _world.Tell($"{node.Name}'s disk has lost its newest entries");
        }

        Afterwards(ms, node.Start);
    }

    private void Afterwards(int ms, Action mend) => _world.After(ms, () =>
    {
        if (!_ended) mend();
    });
}
