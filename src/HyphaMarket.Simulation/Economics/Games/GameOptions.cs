using HyphaMarket.Market.Matching;
using HyphaMarket.Simulation.Economics.Clearing;
using HyphaMarket.Simulation.Economics.Populations;
using HyphaMarket.Simulation.Economics.Runs;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Economics.Games;

/// <summary>Which strategies compete, in which markets.</summary>
public sealed record GameOptions
{
    /// <summary>A table of more strategies has thousands of entries.</summary>
    public const int MostStrategies = 8;

    public IReadOnlyList<IClearingRule> Rules { get; init; } = ClearingRules.All;

    public IReadOnlyList<StrategyName> Strategies { get; init; } = [StrategyName.Truthful, StrategyName.Shade(5), StrategyName.Shade(10), StrategyName.Shade(20), StrategyName.ZeroIntelligencePlus];

    /// <summary>Traders a side; at least as many as there are groups of others.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [10];

    public IReadOnlyList<int> SlotsPerPeriod { get; init; } = [1];

    /// <summary>Slots of each run; strategies learn in the first half, and the second counts.</summary>
    public int Slots { get; init; } = 20;

    public int FirstSeed { get; init; } = 1;

    /// <summary>Populations for each entry of the table, and for the efficiency where the game ends.</summary>
    public int Seeds { get; init; } = 100;

    public int Parallel { get; init; } = Environment.ProcessorCount;

    /// <summary>The same with the rules of these names.</summary>
    /// <exception cref="ArgumentException">There is no such rule.</exception>
    public GameOptions WithRules(IEnumerable<string> names) => this with { Rules = RuleNames.Of(names) };

    /// <exception cref="ArgumentException">A list is empty or a number out of its range.</exception>
    public void Validate()
    {
        if (Rules.Count == 0 || Strategies.Count == 0 || Sizes.Count == 0 || SlotsPerPeriod.Count == 0) throw new ArgumentException("Each list needs at least one entry.");
        if (Strategies.Count > MostStrategies) throw new ArgumentException($"At most {MostStrategies} strategies can compete, not {Strategies.Count}.");
        if (Strategies.Distinct().Count() < Strategies.Count) throw new ArgumentException("A strategy competes with itself: name each once.");
        foreach (var size in Sizes)
        {
            if (size <= PayoffTable.Groups) throw new ArgumentException($"A game needs more than {PayoffTable.Groups} traders a side, not {size}: the others are {PayoffTable.Groups} groups.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(Seeds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Seeds, MarketStudyOptions.MostSeeds);
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallel, 1);
        foreach (var setting in Settings()) setting.Validate();
    }

    internal IEnumerable<MarketSetting> Settings() =>
        from slotsPerPeriod in SlotsPerPeriod
        from rule in Rules
        from size in Sizes
        select new MarketSetting { Rule = rule, Strategy = Strategies[0], Population = new PopulationOptions { Buyers = size, Sellers = size }, Slots = Slots, SlotsPerPeriod = slotsPerPeriod };
}
