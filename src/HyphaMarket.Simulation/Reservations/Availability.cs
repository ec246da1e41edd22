namespace HyphaMarket.Simulation.Reservations;

/// <summary>How plentiful the resource is elsewhere in the second period: A of the paper, triangular on 0 to 1. A user uses a reservation where the probability of need exceeds it.</summary>
/// <param name="Peak">A_p: the likeliest availability, 0 to 1.</param>
public readonly record struct Availability(double Peak)
{
    /// <summary>A_m.</summary>
    public double Mean => (1 + Peak) / 3;

    /// <summary>The share of reservations that are used, as needs are spread evenly: P(p > A) = 1 - A_m.</summary>
    public double Use => 1 - Mean;

    /// <summary>The mean of p over all reservations, those that are not used counting nothing: (1 - E[A^2]) / 2, with E[A^2] = (1 + A_p + A_p^2) / 6.</summary>
    public double NeedOfUsed => (5 - Peak - (Peak * Peak)) / 12;

    /// <summary>The probability that the availability is below a value: that a user with this need uses the reservation.</summary>
    public double Below(double value) => value < Peak ? value * value / Peak : Peak < 1 ? 1 - ((1 - value) * (1 - value) / (1 - Peak)) : 1;

    /// <summary>The availability below which it lies with a probability.</summary>
    public double Quantile(double probability) => probability < Peak ? Math.Sqrt(probability * Peak) : 1 - Math.Sqrt((1 - probability) * (1 - Peak));
}
