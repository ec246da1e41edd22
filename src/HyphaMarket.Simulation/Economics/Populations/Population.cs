using HyphaMarket.Market.Offers;

namespace HyphaMarket.Simulation.Economics.Populations;

/// <summary>Buyers and sellers of one unit each a period, with a valuation or a cost that nobody else knows.</summary>
/// <remarks>Traders have numbers: buyers from 0, sellers after them. The same seed gives the same values whatever rule and strategies they are used with.</remarks>
public sealed class Population
{
    private readonly PopulationOptions _options;
    private readonly long[] _drawn;

    private Population(PopulationOptions options, long[] drawn) => (_options, _drawn) = (options, drawn);

    public int Buyers => _options.Buyers;

    public int Sellers => _options.Sellers;

    /// <summary>Buyers and sellers.</summary>
    public int Count => _drawn.Length;

    public PopulationOptions Options => _options;

    /// <summary>Draws valuations and costs evenly from the range.</summary>
    public static Population Draw(PopulationOptions options, Random random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Validate();
        var drawn = new long[options.Buyers + options.Sellers];
        for (var i = 0; i < drawn.Length; i++) drawn[i] = random.NextInt64(options.LowestMicros, options.HighestMicros + 1);
        return new Population(options, drawn);
    }

    public Side SideOf(int trader) => trader < Buyers ? Side.Bid : Side.Ask;

    /// <summary>The valuation or cost of every trader in a period; micro-credits.</summary>
    /// <param name="period">From 0.</param>
    /// <param name="periods">Of the run.</param>
    public long[] LimitsIn(int period, int periods)
    {
        var limits = (long[])_drawn.Clone();
        var rise = _options.Demand switch
        {
            DemandCourse.Shocked => period >= (periods + 1) / 2 ? _options.RiseMicros : 0,
            DemandCourse.Drifting => periods > 1 ? _options.RiseMicros * period / (periods - 1) : 0,
            _ => 0,
        };
        for (var i = 0; i < Buyers; i++) limits[i] += rise;
        return limits;
    }
}
