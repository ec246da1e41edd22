using HyphaMarket.Simulation.Adversaries;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Faults;

/// <summary>Willing nodes come, leave, and die for good, drawn from the world's seed; never so many at once that the broker set of now loses its quorum by it.</summary>
/// <param name="emphasis">What the run is aimed at; null for what the seed draws.</param>
public sealed class BrokerTurnover(SimulatedMarket market, Cast cast, Emphasis? emphasis = null)
{
    /// <summary>Milliseconds in which a set is formed.</summary>
    private const int Formation = 30_000;

    private readonly int _fewest = market.Brokers.Count - 1;
    private bool _ended;

    private readonly HandoverSplits _splits = new(market, emphasis is { SplitsEachHandover: true });

    public void Begin()
    {
        market.Observe.Check([_splits]);
        // When newcomers have been seen for long enough.
        market.World.After(Formation + market.EpochOptions.SeenMs, Next);
        market.World.After(market.World.Random.Next(Formation, 5 * Formation), cast.MayJoinSybils);
    }

    public void End()
    {
        _ended = true;
        _splits.End();
    }

    private void Next()
    {
        if (_ended) return;
        Strike();
        market.World.After(market.World.Random.Next((int)(market.EpochOptions.EpochMs / 6), (int)(2 * market.EpochOptions.EpochMs)), Next);
    }

    private void Strike()
    {
        var random = market.World.Random;
        var node = market.Brokers[random.Next(market.Brokers.Count)];
        if (market.LatestSet is not { } set || node.IsGone) return;
        var lost = cast.LostIn(set);
        var willing = market.Brokers.Count(broker => !broker.IsGone && !broker.IsLeaving);
        switch (random.Next(3))
        {
            case 0 when lost < set.Quorum.Faulty && willing > _fewest:
                node.DieForGood();
                break;
            case 1 when willing > _fewest && !node.IsLeaving:
                node.Leave();
                break;
            default:
                if (willing <= _fewest) market.Join();
                break;
        }
    }
}
