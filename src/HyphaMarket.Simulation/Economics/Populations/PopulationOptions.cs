namespace HyphaMarket.Simulation.Economics.Populations;

/// <summary>How many traders there are and where their valuations and costs come from.</summary>
public sealed record PopulationOptions
{
    /// <summary>Traders a side for which a seed of a thousand slots still takes seconds.</summary>
    public const int MostOfASide = 10_000;

    public required int Buyers { get; init; }

    public required int Sellers { get; init; }

    /// <summary>The least valuation or cost; micro-credits. One and two hundred hundredths are the bounds of Gode and Sunder's markets.</summary>
    public long LowestMicros { get; init; } = 10_000;

    /// <summary>The greatest valuation or cost before demand shifts; micro-credits.</summary>
    public long HighestMicros { get; init; } = 2_000_000;

    public DemandCourse Demand { get; init; } = DemandCourse.Static;

    /// <summary>How far demand rises in all, as a share of the range of valuations.</summary>
    public double Shift { get; init; } = 0.25;

    /// <summary>The most that anybody may ask, micro-credits: the greatest valuation there will ever be.</summary>
    public long CeilingMicros => HighestMicros + RiseMicros;

    /// <summary>How far valuations have risen when the run ends; micro-credits.</summary>
    public long RiseMicros => Demand == DemandCourse.Static ? 0 : (long)(Shift * (HighestMicros - LowestMicros));

    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Buyers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Buyers, MostOfASide);
        ArgumentOutOfRangeException.ThrowIfLessThan(Sellers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Sellers, MostOfASide);
        // An offer's price is at least one micro-credit, and a shaded bid must still be one.
        ArgumentOutOfRangeException.ThrowIfLessThan(LowestMicros, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(HighestMicros, LowestMicros);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HighestMicros, 1_000_000_000_000L);
        if (!(Shift is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(Shift), Shift, "Demand rises by 0 to 1 of the range.");
    }
}
