using HyphaMarket.Market.Matching;
using HyphaMarket.Simulation.Economics.Clearing;
using HyphaMarket.Simulation.Economics.Populations;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Economics.Runs;

/// <summary>One market, without its seed.</summary>
/// <remarks>Time is periods of slots. With each period every trader may trade one unit again; in each slot who still has its unit makes an offer, and the market clears.</remarks>
public sealed record MarketSetting
{
    /// <summary>A quarter of a year of slots of two seconds; only processor time limits it.</summary>
    public const int MostSlots = 1_000_000;

    public required IClearingRule Rule { get; init; }

    public required StrategyName Strategy { get; init; }

    public required PopulationOptions Population { get; init; }

    /// <summary>Match slots of the run.</summary>
    public int Slots { get; init; } = 400;

    /// <summary>Match slots of a period. One makes each slot a market of its own; in twenty, a trader whose offer did not match has nineteen more chances.</summary>
    public int SlotsPerPeriod { get; init; } = 20;

    /// <summary>m: the best m/2 offers of each side can match; 0 for all.</summary>
    public int BookDepth { get; init; }

    /// <summary>Of so many slots one stays without a certificate.</summary>
    public double VoidShare { get; init; }

    public int Periods => (Slots + SlotsPerPeriod - 1) / SlotsPerPeriod;

    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public void Validate()
    {
        Population.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(Slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Slots, MostSlots);
        ArgumentOutOfRangeException.ThrowIfLessThan(SlotsPerPeriod, 1);
        if (SlotsPerPeriod > Slots) throw new ArgumentException($"A period of {SlotsPerPeriod} slots is longer than a run of {Slots}.");
        if (BookDepth is < 0 or 1) throw new ArgumentException($"The book's depth is 0, for no bound, or at least 2, not {BookDepth}.");
        if (!(VoidShare is >= 0 and < 1)) throw new ArgumentException("From 0 to less than 1 of all slots can be void.");
    }

    internal CallMarket CreateMarket(long seed) => new(Rule, Population.Buyers, Population.Sellers, BookDepth, seed);
}
