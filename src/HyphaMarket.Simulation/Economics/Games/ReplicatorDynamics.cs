namespace HyphaMarket.Simulation.Economics.Games;

/// <summary>Lets strategies that pay more than the mean spread, until the mix of them rests.</summary>
public static class ReplicatorDynamics
{
    /// <summary>No share moves further than this in one step any more, and no strategy pays so much more than the mean: the mix is at rest.</summary>
    private const double AtRest = 1e-9, Negligible = 1e-6;

    /// <summary>A strategy that was played never dies out quite: where it pays again, it comes back.</summary>
    private const double Least = 1e-12;

    /// <summary>Mixes that circle never rest; so many steps are a second or two of processor time.</summary>
    private const int MostSteps = 50_000;

    /// <summary>The mix that a mix turns into.</summary>
    /// <param name="start">Shares that sum to one; a share of zero stays zero.</param>
    /// <returns>The shares, and whether they rest.</returns>
    public static (double[] Mix, bool Rests) Run(PayoffTable table, IReadOnlyList<double> start)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(start);
        double[] mix = [.. start];
        for (var step = 0; step < MostSteps; step++)
        {
            var payoffs = PayoffsAgainst(table, mix);
            var mean = mix.Zip(payoffs, (share, payoff) => share * payoff).Sum();
            // Nobody gains anything, so nothing is better.
            if (mean <= 0) return (mix, true);
            var next = mix.Select((share, i) => share == 0 ? 0 : Math.Max(Least, share * Math.Exp((payoffs[i] / mean) - 1))).ToArray();
            var sum = next.Sum();
            var moved = 0.0;
            for (var i = 0; i < mix.Length; i++)
            {
                next[i] /= sum;
                moved = Math.Max(moved, Math.Abs(next[i] - mix[i]));
            }

            var best = mix.Zip(payoffs, (share, payoff) => share > 0 ? payoff : 0).Max();
            mix = next;
            if (moved < AtRest && best <= mean * (1 + Negligible)) return (mix, true);
        }

        return (mix, false);
    }

    /// <summary>What each strategy gains where each of the others' groups plays by the mix.</summary>
    public static double[] PayoffsAgainst(PayoffTable table, IReadOnlyList<double> mix)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(mix);
        var payoffs = new double[table.Strategies];
        for (var i = 0; i < table.Mixes.Count; i++)
        {
            var probability = ProbabilityOf(table.Mixes[i], mix);
            if (probability == 0) continue;
            for (var strategy = 0; strategy < payoffs.Length; strategy++) payoffs[strategy] += probability * table.Payoff(strategy, i);
        }

        return payoffs;
    }

    /// <summary>The multinomial probability of so many groups of each strategy.</summary>
    private static double ProbabilityOf(int[] groups, IReadOnlyList<double> mix)
    {
        var (probability, left) = (1.0, PayoffTable.Groups);
        for (var strategy = 0; strategy < groups.Length; strategy++)
        {
            for (var i = 1; i <= groups[strategy]; i++) probability *= mix[strategy] * left-- / i;
        }

        return probability;
    }
}
