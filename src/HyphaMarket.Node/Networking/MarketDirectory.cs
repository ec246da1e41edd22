using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Instruments;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Networking;

/// <summary>The markets that this node knows, with the rules that the network's parameters give each.</summary>
public sealed class MarketDirectory
{
    private readonly Dictionary<MarketId, MarketRules> _rules = [];
    private readonly Dictionary<MarketId, Instrument> _instruments = [];
    private readonly ProfileCatalogue _catalogue;

    public MarketDirectory(NetworkDefinition network, ProfileCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(catalogue);
        _catalogue = catalogue;
        foreach (var profile in catalogue.Profiles) Add(network, new SpotInstrument(profile));
    }

    public IReadOnlyCollection<MarketId> Markets => _rules.Keys;

    public MarketRules? RulesOf(MarketId market) => _rules.GetValueOrDefault(market);

    /// <summary>The market's name for people, where its instrument has one.</summary>
    public string? NameOf(MarketId market) => _catalogue.Find(market)?.Slug ?? _instruments.GetValueOrDefault(market)?.Description;

    /// <summary>Finds a market by a profile's name or an id in hexadecimal digits.</summary>
    /// <param name="problem">What is wrong, with what may have been meant.</param>
    public bool TryFind(string nameOrId, out MarketId market, out string? problem)
    {
        market = default;
        problem = null;
        if (MarketId.TryParse(nameOrId, out var id) && _rules.ContainsKey(id))
        {
            market = id;
            return true;
        }

        if (!_catalogue.TryFind(nameOrId, out var profile, out problem)) return false;
        market = new SpotInstrument(profile).Market;
        return true;
    }

    private void Add(NetworkDefinition network, Instrument instrument)
    {
        var parameters = network.Parameters;
        var rule = instrument.ClearingRule ?? parameters.SpotClearingRule;
        _instruments[instrument.Market] = instrument;
        _rules[instrument.Market] = new MarketRules
        {
            Network = network.Id,
            Market = instrument.Market,
            Schedule = network.Schedule,
            Clearing = ClearingRules.Find(rule) ?? throw new InvalidOperationException($"There is no clearing rule {rule}."),
            BookDepth = (int)parameters.BookDepth,
            OpenOffers = (int)parameters.OpenOffers,
            LargestOpenUnits = (int)parameters.LargestOpenUnits,
            TtlCapSlots = network.Schedule.SlotsIn(parameters.TtlCapMs),
            EpochSlots = network.Schedule.SlotsIn(parameters.EpochLengthMs),
            WorkBits = (int)parameters.WorkBits,
        };
    }
}
