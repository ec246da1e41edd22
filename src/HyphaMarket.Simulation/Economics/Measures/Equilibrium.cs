namespace HyphaMarket.Simulation.Economics.Measures;

/// <summary>Where supply and demand of single units meet when everybody tells the truth.</summary>
/// <param name="Volume">The most units whose buyer values them at what they cost or more.</param>
/// <param name="LowestPrice">The least price at which exactly these trade; micro-credits, 0 without volume.</param>
/// <param name="HighestPrice">The greatest such price.</param>
/// <param name="Surplus">The most that all can gain together: the sum of valuation less cost; micro-credits.</param>
public readonly record struct Equilibrium(int Volume, long LowestPrice, long HighestPrice, long Surplus)
{
    /// <summary>p0: the middle of the prices that clear the market; micro-credits.</summary>
    public double Price => (LowestPrice + HighestPrice) / 2.0;

    /// <param name="limits">Valuations of the buyers, then costs of the sellers; micro-credits.</param>
    public static Equilibrium Of(ReadOnlySpan<long> limits, int buyers)
    {
        var values = limits[..buyers].ToArray();
        var costs = limits[buyers..].ToArray();
        Array.Sort(values, static (left, right) => right.CompareTo(left));
        Array.Sort(costs);
        var (volume, surplus) = (0, 0L);
        while (volume < values.Length && volume < costs.Length && values[volume] >= costs[volume])
        {
            surplus += values[volume] - costs[volume];
            volume++;
        }

        if (volume == 0) return default;
        var low = volume < values.Length ? Math.Max(costs[volume - 1], values[volume]) : costs[volume - 1];
        var high = volume < costs.Length ? Math.Min(values[volume - 1], costs[volume]) : values[volume - 1];
        return new Equilibrium(volume, low, high, surplus);
    }
}
