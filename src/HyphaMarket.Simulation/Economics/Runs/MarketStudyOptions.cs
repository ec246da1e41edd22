using HyphaMarket.Market.Matching;
using HyphaMarket.Simulation.Economics.Clearing;
using HyphaMarket.Simulation.Economics.Populations;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Economics.Runs;

/// <summary>Which markets are compared: every rule with every strategy, size, course of demand, depth of the book and share of void slots.</summary>
public sealed record MarketStudyOptions
{
    /// <summary>A table that nobody would read, and results that still fit in memory.</summary>
    public const int MostRows = 10_000;

    /// <summary>Seeds of one market; the interval shrinks with the root of them.</summary>
    public const int MostSeeds = 100_000;

    public IReadOnlyList<IClearingRule> Rules { get; init; } = ClearingRules.All;

    public IReadOnlyList<StrategyName> Strategies { get; init; } = [StrategyName.Truthful, StrategyName.ZeroIntelligence, StrategyName.Shade(20), StrategyName.ZeroIntelligencePlus, StrategyName.BestResponse];

    /// <summary>Traders a side.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [3, 10, 30, 100];

    public IReadOnlyList<DemandCourse> Demands { get; init; } = [DemandCourse.Static];

    /// <summary>m; 0 for no bound.</summary>
    public IReadOnlyList<int> BookDepths { get; init; } = [0];

    public IReadOnlyList<double> VoidShares { get; init; } = [0];

    public IReadOnlyList<int> SlotsPerPeriod { get; init; } = [20];

    public int Slots { get; init; } = 400;

    public int FirstSeed { get; init; } = 1;

    public int Seeds { get; init; } = 20;

    public int Parallel { get; init; } = Environment.ProcessorCount;

    /// <summary>The same with the rules of these names.</summary>
    /// <exception cref="ArgumentException">There is no such rule.</exception>
    public MarketStudyOptions WithRules(IEnumerable<string> names) => this with { Rules = RuleNames.Of(names) };

    /// <exception cref="ArgumentException">A list is empty or a number out of its range.</exception>
    public void Validate()
    {
        if (Rules.Count == 0 || Strategies.Count == 0 || Sizes.Count == 0 || Demands.Count == 0 || BookDepths.Count == 0 || VoidShares.Count == 0 || SlotsPerPeriod.Count == 0) throw new ArgumentException("Each list needs at least one entry.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Seeds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Seeds, MostSeeds);
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallel, 1);
        var rows = (long)Rules.Count * Strategies.Count * Sizes.Count * Demands.Count * BookDepths.Count * VoidShares.Count * SlotsPerPeriod.Count;
        if (rows > MostRows) throw new ArgumentException($"These are {rows} markets; at most {MostRows} are run at once.");
        foreach (var setting in Settings()) setting.Validate();
    }

    /// <summary>All markets, those beside each other in the table that differ least.</summary>
    public IEnumerable<MarketSetting> Settings() =>
        from demand in Demands
        from slotsPerPeriod in SlotsPerPeriod
        from bookDepth in BookDepths
        from voidShare in VoidShares
        from strategy in Strategies
        from rule in Rules
        from size in Sizes
        select new MarketSetting
        {
            Rule = rule,
            Strategy = strategy,
            Population = new PopulationOptions { Buyers = size, Sellers = size, Demand = demand },
            Slots = Slots,
            SlotsPerPeriod = slotsPerPeriod,
            BookDepth = bookDepth,
            VoidShare = voidShare,
        };
}
