namespace HyphaMarket.Simulation.Reservations;

/// <summary>What the model says of a market without simulating it, where needs are spread evenly from 0 to 1 and each user meets an availability of its own.</summary>
/// <param name="Contract">Prices.</param>
/// <param name="Availability">Of the resource in the second period.</param>
public sealed record ReservationTheory(StudyContract Contract, Availability Availability)
{
    /// <summary>The mean need.</summary>
    private const double Need = 0.5;

    /// <summary>The mean honesty at which as much is reserved as is used: (1 - A_m) / P, the paper's formula. Above 1 no user base reaches it.</summary>
    public double BalancedHonesty => Availability.Use / Need;

    /// <summary>
    /// The honesty that costs a user least: k h^2 E[p^2] / 2 - k h E[p of used] is least at 3 E[p of used]. It is 1, the truth, only where use is as likely as need
    /// (which an availability spread evenly would make it), and no more than 1 is possible.
    /// </summary>
    public double CheapestHonesty => Math.Min(1, 3 * Availability.NeedOfUsed);

    /// <summary>The coordinator's mean profit for each user, in prices of a unit.</summary>
    /// <param name="mean">The users' mean honesty.</param>
    /// <param name="variance">Its variance among users: premiums grow with the square of honesty, so a mixed user base pays more of them.</param>
    /// <param name="users">How many; with few, use strays from what was reserved, and both a surplus and a deficit cost.</param>
    public double Profit(double mean, double variance, int users)
    {
        var premiums = Contract.Slope * ((mean * mean) + variance) / 6;
        var exercises = ((1 + (Contract.Slope / 2)) * Availability.Use) - (Contract.Slope * mean * Availability.NeedOfUsed);
        var reserved = mean * Need;
        // The variance of one user's use less its reservation: E[use] - 2 h E[p of used] + h^2 E[p^2] less the square of its mean, in the mean of all users.
        var stray = Availability.Use - (2 * mean * Availability.NeedOfUsed) + (((mean * mean) + variance) / 3)
            - ((Availability.Use * Availability.Use) - (Availability.Use * mean) + (((mean * mean) + variance) / 4));
        return Contract.Fee + premiums + exercises - reserved - (Contract.LaterPrice * MeanAboveZero(Availability.Use - reserved, Math.Sqrt(stray / users)));
    }

    /// <summary>E[max(0, X)] of a normal X, as the deficit of many users is: m Phi(m/s) + s phi(m/s).</summary>
    private static double MeanAboveZero(double mean, double deviation)
    {
        if (deviation <= 0) return Math.Max(0, mean);
        var z = mean / deviation;
        return (mean * NormalBelow(z)) + (deviation * Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI));
    }

    /// <summary>The normal distribution function by formula 26.2.17 of Abramowitz and Stegun: within 7.5e-8.</summary>
    private static double NormalBelow(double z)
    {
        var t = 1 / (1 + (0.2316419 * Math.Abs(z)));
        var tail = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return z > 0 ? 1 - tail : tail;
    }
}
