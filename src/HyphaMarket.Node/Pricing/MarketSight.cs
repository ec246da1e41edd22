using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Brokering;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;

namespace HyphaMarket.Node.Pricing;

/// <summary>Of which markets this node sees every trade, and not only its own.</summary>
public sealed class MarketSight
{
    private readonly HashSet<MarketId> _watched = [];
    private readonly BrokerService? _brokering;

    public MarketSight(NodeOptions options, MarketDirectory directory, BrokerService? brokering = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(directory);
        _brokering = brokering;
        foreach (var name in options.History.Watch)
        {
            if (directory.TryFind(name, out var market, out _)) _watched.Add(market);
        }
    }

    /// <summary>Markets that the operator wants followed.</summary>
    public IReadOnlySet<MarketId> Watched => _watched;

    public bool SeesAll(MarketId market) => _watched.Contains(market) || _brokering?.Find(market)?.Status.Config is not null;

    /// <summary>As the API names it: <c>all</c> or <c>own</c>.</summary>
    public string ScopeOf(MarketId market) => SeesAll(market) ? "all" : "own";
}
