using System.Text;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Many ids of one operator, ground until each is nearer to the market's key than every node there is: the first that any lookup finds.</summary>
public static class Sybils
{
    /// <summary>They come as willing nodes, and behave until told otherwise.</summary>
    /// <param name="networks">How many /24 prefixes the operator has addresses in.</param>
    public static IReadOnlyList<BrokerNode> Join(SimulatedMarket market, int count, int networks)
    {
        ArgumentNullException.ThrowIfNull(market);
        ArgumentOutOfRangeException.ThrowIfLessThan(networks, 1);
        var nearest = market.Brokers.Min(broker => BrokerDistance.Of(market.Rules.Market, broker.Id));
        var names = Enumerable.Range(0, int.MaxValue).Select(i => $"sybil-{i}").Where(name => BrokerDistance.Of(market.Rules.Market, new ParticipantId(Encoding.ASCII.GetBytes(name))) < nearest).Take(count).ToArray();
        // Binary multiaddrs: /ip4/44.1.NETWORK.HOST/tcp/1.
        return [.. names.Select((name, i) => market.Join(name, [4, 44, 1, (byte)(i % networks), (byte)(i + 1), 6, 0, 1]))];
    }
}
