using HyphaMarket.Market.Matching;
using HyphaMarket.Simulation.Economics.Clearing;
using HyphaMarket.Simulation.Economics.Runs;

namespace HyphaMarket.Simulation.Economics.Brokers;

/// <summary>Which real markets of brokers and traders are compared with the bare clearing rule.</summary>
public sealed record BrokerStudyOptions
{
    /// <summary>Brokers, enough that one may lie.</summary>
    public const int Brokers = 5;

    /// <summary>One of five is all that the market lives with.</summary>
    public const int MostFaulty = (Brokers - 1) / 3;

    /// <summary>A seed of as many nodes takes minutes.</summary>
    public const int MostOfASide = 100;

    public IReadOnlyList<IClearingRule> Rules { get; init; } = ClearingRules.All;

    /// <summary>Shares of messages that get lost, 0 to 1.</summary>
    public IReadOnlyList<double> Losses { get; init; } = [0, 0.1];

    /// <summary>Brokers that lie, in ways drawn from the seed.</summary>
    public IReadOnlyList<int> Faulty { get; init; } = [0, 1];

    /// <summary>Traders a side.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [15];

    /// <summary>Match slots for which an offer stands.</summary>
    public IReadOnlyList<int> SlotsPerPeriod { get; init; } = [20];

    /// <summary>Periods of each seed, of new valuations and costs.</summary>
    public int Periods { get; init; } = 4;

    public int FirstSeed { get; init; } = 1;

    public int Seeds { get; init; } = 20;

    public int Parallel { get; init; } = Environment.ProcessorCount;

    /// <summary>The same with the rules of these names.</summary>
    /// <exception cref="ArgumentException">There is no such rule.</exception>
    public BrokerStudyOptions WithRules(IEnumerable<string> names) => this with { Rules = RuleNames.Of(names) };

    /// <exception cref="ArgumentException">A list is empty or a number out of its range.</exception>
    public void Validate()
    {
        if (Rules.Count == 0 || Losses.Count == 0 || Faulty.Count == 0 || Sizes.Count == 0 || SlotsPerPeriod.Count == 0) throw new ArgumentException("Each list needs at least one entry.");
        if (Losses.Any(loss => !(loss is >= 0 and <= 0.9))) throw new ArgumentException("Of the messages 0 to 0.9 can get lost.");
        if (Faulty.Any(faulty => faulty is < 0 or > MostFaulty)) throw new ArgumentException($"Of {Brokers} brokers at most {MostFaulty} may be faulty: a market does not live with more.");
        if (Sizes.Any(size => size is < 1 or > MostOfASide)) throw new ArgumentException($"Through brokers 1 to {MostOfASide} traders a side can be run.");
        // An offer may live for ten minutes: 150 match slots of four seconds.
        if (SlotsPerPeriod.Any(slots => slots is < 1 or > 150)) throw new ArgumentException("An offer stands for 1 to 150 match slots.");
        if (Periods is < 1 or > 10) throw new ArgumentException("A seed has 1 to 10 periods.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Seeds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Seeds, MarketStudyOptions.MostSeeds);
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallel, 1);
    }

    internal IEnumerable<BrokerSetting> Settings() =>
        from slots in SlotsPerPeriod
        from rule in Rules
        from size in Sizes
        from loss in Losses
        from faulty in Faulty
        select new BrokerSetting(rule, size, slots, Periods, loss, faulty);
}
