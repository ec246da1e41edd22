namespace HyphaMarket.Simulation.Scaling;

/// <summary>Which markets are measured: each number of brokers with few offers, and each number of standing offers with five brokers.</summary>
public sealed record ScalingOptions
{
    /// <summary>Brokers; from the smallest set that withstands a malicious member to the network's cap.</summary>
    public IReadOnlyList<int> Brokers { get; init; } = [4, 5, 7, 9, 13, 31];

    /// <summary>Offers that stand in the book all the time and do not trade, beside those of the traders.</summary>
    public IReadOnlyList<int> StandingOffers { get; init; } = [10, 100, 1_000, 10_000];

    /// <summary>Brokers while offers grow.</summary>
    public int BrokersForOffers { get; init; } = 5;

    /// <summary>Workers and schedulers that trade.</summary>
    public int Traders { get; init; } = 30;

    /// <summary>m, as networks have it.</summary>
    public int BookDepth { get; init; } = 1_024;

    public int Seed { get; init; } = 1;

    /// <summary>Time before counting begins, in which the broker set is formed and the standing offers come.</summary>
    public TimeSpan Before { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Time that is counted.</summary>
    public TimeSpan Counted { get; init; } = TimeSpan.FromMinutes(5);

    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public void Validate()
    {
        foreach (var offers in StandingOffers) ArgumentOutOfRangeException.ThrowIfNegative(offers);
        ArgumentOutOfRangeException.ThrowIfLessThan(Traders, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(Counted, TimeSpan.FromMinutes(1));
        // Standing offers live as long as the network lets offers live.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Before + Counted, TimeSpan.FromMinutes(9));
    }
}
