using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Faults;

/// <summary>Willing nodes come, leave, and die for good, drawn from the world's seed; never so many at once that the broker set of now loses its quorum by it.</summary>
public sealed class BrokerTurnover(SimulatedMarket market)
{
    /// <summary>Milliseconds in which a set is formed, and newcomers are seen for long enough.</summary>
    private const int First = 150_000;

    private readonly int _fewest = market.Brokers.Count - 1;
    private bool _ended;

    public void Begin() => market.World.After(First, Next);

    public void End() => _ended = true;

    private void Next()
    {
        if (_ended) return;
        Strike();
        market.World.After(market.World.Random.Next(10_000, 120_000), Next);
    }

    private void Strike()
    {
        var random = market.World.Random;
        var node = market.Brokers[random.Next(market.Brokers.Count)];
        if (market.LatestSet is not { } set || node.IsGone) return;
        var lost = set.Members.Count(member => market.Brokers.Any(broker => broker.Id == member.Peer && broker.IsGone));
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
