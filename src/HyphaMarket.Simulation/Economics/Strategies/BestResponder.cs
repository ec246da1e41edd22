using HyphaMarket.Market.Offers;

namespace HyphaMarket.Simulation.Economics.Strategies;

/// <summary>Shades by what would have paid best in the first slot of the period before, had the others offered the same; truthful until it has looked.</summary>
/// <remarks>
/// Only some look in a period (<see cref="MostLooksAPeriod"/>): where all answer the same book at once they answer one that is gone. Of shades that pay
/// the same it takes the least, so it shades only where that pays.
/// </remarks>
public sealed class BestResponder : Strategy
{
    /// <summary>Each look clears the market once for each shade; with more, the time of a large market would go to its traders' thoughts.</summary>
    public const int MostLooksAPeriod = 50;

    /// <summary>One in so many looks in a period.</summary>
    public const int LooksEveryPeriods = 5;

    /// <summary>None to half, by 5 %.</summary>
    private static readonly double[] Shades = [.. Enumerable.Range(0, 11).Select(step => step * 0.05)];

    private double _shade;

    /// <summary>The share that it shades by now.</summary>
    public double Shade => _shade;

    public override long Quote(Side side, long limit, long ceiling, Random random) => Quote(side, limit, ceiling, _shade);

    /// <summary>Looks back and changes its mind.</summary>
    /// <param name="gainAt">What it would have gained with another quote, in micro-credits.</param>
    public void LookBack(Side side, long limit, long ceiling, Func<long, long> gainAt)
    {
        ArgumentNullException.ThrowIfNull(gainAt);
        var most = long.MinValue;
        foreach (var shade in Shades)
        {
            var gain = gainAt(Quote(side, limit, ceiling, shade));
            if (gain <= most) continue;
            (most, _shade) = (gain, shade);
        }
    }

    private static long Quote(Side side, long limit, long ceiling, double shade) => new Shading(shade).Quote(side, limit, ceiling, null!);
}
