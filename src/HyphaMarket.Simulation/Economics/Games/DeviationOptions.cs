using HyphaMarket.Market.Matching;
using HyphaMarket.Simulation.Economics.Clearing;
using HyphaMarket.Simulation.Economics.Populations;
using HyphaMarket.Simulation.Economics.Runs;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Economics.Games;

/// <summary>Where one trader looks for a better offer than the truth while all others keep to theirs.</summary>
public sealed record DeviationOptions
{
    /// <summary>Shadings that are tried, as shares: from overbidding by a fifth to giving up three fifths, by 2 %.</summary>
    public static IReadOnlyList<double> Shades { get; } = [.. Enumerable.Range(-10, 41).Select(step => step / 50.0)];

    public IReadOnlyList<IClearingRule> Rules { get; init; } = ClearingRules.All;

    /// <summary>Traders a side.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [3, 10, 30, 100];

    /// <summary>Slots in which a trader may come again with a unit that did not trade.</summary>
    public IReadOnlyList<int> SlotsPerPeriod { get; init; } = [1];

    public int FirstSeed { get; init; } = 1;

    public int Seeds { get; init; } = 50;

    /// <summary>Traders of each seed that try, drawn from all; small markets try them all.</summary>
    public int Deviators { get; init; } = 40;

    public int Parallel { get; init; } = Environment.ProcessorCount;

    /// <summary>The same with the rules of these names.</summary>
    /// <exception cref="ArgumentException">There is no such rule.</exception>
    public DeviationOptions WithRules(IEnumerable<string> names) => this with { Rules = RuleNames.Of(names) };

    /// <exception cref="ArgumentException">A list is empty or a number out of its range.</exception>
    public void Validate()
    {
        if (Rules.Count == 0 || Sizes.Count == 0 || SlotsPerPeriod.Count == 0) throw new ArgumentException("Each list needs at least one entry.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Seeds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Seeds, MarketStudyOptions.MostSeeds);
        ArgumentOutOfRangeException.ThrowIfLessThan(Deviators, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallel, 1);
        foreach (var setting in Settings()) setting.Validate();
    }

    /// <summary>One period of each market: what a deviation does to others' later offers is the game's business.</summary>
    internal IEnumerable<MarketSetting> Settings() =>
        from slotsPerPeriod in SlotsPerPeriod
        from rule in Rules
        from size in Sizes
        select new MarketSetting { Rule = rule, Strategy = StrategyName.Truthful, Population = new PopulationOptions { Buyers = size, Sellers = size }, Slots = slotsPerPeriod, SlotsPerPeriod = slotsPerPeriod };
}
