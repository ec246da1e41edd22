namespace HyphaMarket.Simulation.Reservations;

/// <summary>The coordinator's profit from users who do not change their honesty.</summary>
internal static class FrozenMarket
{
    /// <summary>Groups of samples, whose means tell the error of theirs.</summary>
    private const int Groups = 20;

    /// <returns>The mean for each user and sample in prices of a unit, and its standard error.</returns>
    public static (double Profit, double StandardError) Play(SampledMarket market, UserBase users, int samples, ref LaneRandom random, CancellationToken stop)
    {
        var profits = new double[Groups];
        foreach (ref var profit in profits.AsSpan())
        {
            stop.ThrowIfCancellationRequested();
            profit = market.Play(users, Math.Max(1, samples / Groups), ref random).Profit;
        }

        var mean = profits.Average();
        return (mean, Math.Sqrt(profits.Sum(profit => (profit - mean) * (profit - mean)) / (Groups - 1) / Groups));
    }
}
