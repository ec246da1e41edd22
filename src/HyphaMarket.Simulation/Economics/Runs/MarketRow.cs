using System.Text.Json.Serialization;
using HyphaMarket.Simulation.Economics.Measures;
using HyphaMarket.Simulation.Economics.Populations;

namespace HyphaMarket.Simulation.Economics.Runs;

/// <summary>One market over all its seeds. Shares are of the most that traders could gain together.</summary>
public sealed record MarketRow
{
    public required string Rule { get; init; }
    public required string Strategy { get; init; }

    /// <summary>Traders a side.</summary>
    public required int Traders { get; init; }

    /// <summary>static, shocked or drifting.</summary>
    public required string Demand { get; init; }

    public required int Slots { get; init; }
    public required int SlotsPerPeriod { get; init; }

    /// <summary>m; 0 for no bound.</summary>
    public required int BookDepth { get; init; }

    public required double VoidShare { get; init; }
    public required int FirstSeed { get; init; }
    public required int Seeds { get; init; }

    /// <summary>Surplus gained / most possible.</summary>
    public required Estimate Efficiency { get; init; }

    /// <summary>1 - 1 / efficient trades: what a truthful market under <c>mcafee</c> gains at least.</summary>
    public required Estimate OneTradeLess { get; init; }

    public required Estimate BuyersShare { get; init; }
    public required Estimate SellersShare { get; init; }

    /// <summary>What the rule takes and gives to nobody.</summary>
    public required Estimate NobodysShare { get; init; }

    /// <summary>Units traded / units of the equilibrium.</summary>
    public required Estimate Volume { get; init; }

    /// <summary>Smith's alpha, as a share of the equilibrium price.</summary>
    public required Estimate Alpha { get; init; }

    /// <summary>Standard deviation of prices within a slot over their mean.</summary>
    public required Estimate Dispersion { get; init; }

    /// <summary>Trades of all seeds.</summary>
    public required long Trades { get; init; }

    /// <summary>Prices of the first seed.</summary>
    [JsonIgnore]
    public PricePath Path { get; init; } = new([], []);

    internal static MarketRow Of(MarketSetting setting, int firstSeed, IReadOnlyList<MarketTally> seeds, PricePath path) => new()
    {
        Rule = setting.Rule.Name,
        Strategy = setting.Strategy.Text,
        Traders = setting.Population.Buyers,
        Demand = DemandCourses.NameOf(setting.Population.Demand),
        Slots = setting.Slots,
        SlotsPerPeriod = setting.SlotsPerPeriod,
        BookDepth = setting.BookDepth,
        VoidShare = setting.VoidShare,
        FirstSeed = firstSeed,
        Seeds = seeds.Count,
        Efficiency = Estimate.Of(seeds.Select(seed => seed.Efficiency)),
        OneTradeLess = Estimate.Of(seeds.Select(seed => seed.OneTradeLess)),
        BuyersShare = Estimate.Of(seeds.Select(seed => seed.BuyersShare)),
        SellersShare = Estimate.Of(seeds.Select(seed => seed.SellersShare)),
        NobodysShare = Estimate.Of(seeds.Select(seed => seed.NobodysShare)),
        Volume = Estimate.Of(seeds.Select(seed => seed.VolumeRatio)),
        Alpha = Estimate.Of(seeds.Select(seed => seed.Alpha)),
        Dispersion = Estimate.Of(seeds.Select(seed => seed.Dispersion)),
        Trades = seeds.Sum(seed => seed.Trades),
        Path = path,
    };
}
