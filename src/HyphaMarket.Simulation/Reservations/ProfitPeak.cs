namespace HyphaMarket.Simulation.Reservations;

/// <summary>Finds the mean honesty at which the coordinator's profit is highest, from the rounds of a market.</summary>
public static class ProfitPeak
{
    /// <summary>The width of a bin of mean honesty: a quarter of what Table 1 is held to.</summary>
    private const double Width = 0.01;

    /// <summary>A bin with fewer rounds is left out: its mean is too rough.</summary>
    private const int LeastRounds = 20;

    /// <summary>How many standard errors a bin's profit must lie below the top's for the top to be a peak; chance does that once in thirty thousand.</summary>
    private const double Clear = 4;

    /// <summary>How far around the top rounds are taken for the parabola: near enough for one to fit, far enough for noise to go.</summary>
    private const double Reach = 0.03;

    /// <returns>The peak; or null where profit is highest at an end of what the users' mean honesty went through, so that no inner peak was reached.</returns>
    public static double? Find(IReadOnlyList<Round> rounds)
    {
        ArgumentNullException.ThrowIfNull(rounds);
        var bins = rounds.GroupBy(round => (int)(round.Honesty / Width)).Where(bin => bin.Count() >= LeastRounds).OrderBy(bin => bin.Key).Select(Bin.Of).ToList();
        if (bins.Count < 3) return null;
        var top = bins.MaxBy(bin => bin.Profit)!;
        if (!IsClearlyAbove(top, bins[0]) || !IsClearlyAbove(top, bins[^1])) return null;
        return Vertex(rounds, top.Honesty) ?? top.Honesty;
    }

    private static bool IsClearlyAbove(Bin top, Bin other) => top.Profit - other.Profit > Clear * Math.Sqrt(top.SquaredError + other.SquaredError);

    /// <summary>The vertex of the parabola that fits the rounds around a point best, or null where it has none there.</summary>
    private static double? Vertex(IReadOnlyList<Round> rounds, double around)
    {
        // Least squares of y = a + b x + c x^2 in x = distance from the point, by the normal equations.
        var (n, x1, x2, x3, x4, y0, y1, y2) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        foreach (var round in rounds)
        {
            var x = round.Honesty - around;
            if (Math.Abs(x) > Reach) continue;
            var square = x * x;
            (n, x1, x2, x3, x4) = (n + 1, x1 + x, x2 + square, x3 + (square * x), x4 + (square * square));
            (y0, y1, y2) = (y0 + round.Profit, y1 + (round.Profit * x), y2 + (round.Profit * square));
        }

        // Cramer's rule for b and c; what both are divided by cancels in -b / 2c.
        var b = (n * ((y1 * x4) - (y2 * x3))) - (y0 * ((x1 * x4) - (x2 * x3))) + (x2 * ((x1 * y2) - (x2 * y1)));
        var c = (n * ((x2 * y2) - (x3 * y1))) - (x1 * ((x1 * y2) - (x2 * y1))) + (y0 * ((x1 * x3) - (x2 * x2)));
        var vertex = -b / (2 * c);
        return c < 0 && Math.Abs(vertex) <= Reach ? around + vertex : null;
    }

    /// <param name="SquaredError">The square of the mean profit's standard error.</param>
    private sealed record Bin(double Honesty, double Profit, double SquaredError)
    {
        public static Bin Of(IGrouping<int, Round> rounds)
        {
            var (count, honesty, profit) = (rounds.Count(), rounds.Average(round => round.Honesty), rounds.Average(round => round.Profit));
            return new Bin(honesty, profit, rounds.Sum(round => (round.Profit - profit) * (round.Profit - profit)) / (count - 1) / count);
        }
    }
}
