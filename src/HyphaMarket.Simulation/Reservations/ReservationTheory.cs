namespace HyphaMarket.Simulation.Reservations;

/// <summary>What the model says of a large market without simulating it, where needs are spread evenly from 0 to 1 and each user meets an availability of its own.</summary>
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
    public double Profit(double mean, double variance)
    {
        var premiums = Contract.Slope * ((mean * mean) + variance) / 6;
        var exercises = ((1 + (Contract.Slope / 2)) * Availability.Use) - (Contract.Slope * mean * Availability.NeedOfUsed);
        var reserved = mean * Need;
        return Contract.Fee + premiums + exercises - reserved - (Contract.LaterPrice * Math.Max(0, Availability.Use - reserved));
    }
}
