namespace HyphaMarket.Simulation.Dht;

/// <summary>A network of DHT servers, its markets, and how fast its nodes come and go.</summary>
public sealed record DhtOptions
{
    /// <summary>Servers, all willing to broker.</summary>
    public int Nodes { get; init; } = 10_000;

    public int Markets { get; init; } = 100;

    /// <summary>Lookups of each market, from nodes drawn at random.</summary>
    public int LookupsPerMarket { get; init; } = 20;

    /// <summary>Value records, each put once and never again.</summary>
    public int Records { get; init; } = 1_000;

    /// <summary>Of the nodes there are at the beginning of an hour, so many leave in it without a word, and as many come.</summary>
    public double ChurnPerHour { get; init; } = 0.2;

    public int Hours { get; init; } = 1;

    /// <summary>
    /// How often a node refreshes its table; minutes. Real nodes do it every 5; here it is less often, which is worse for what is measured and three times
    /// cheaper.
    /// </summary>
    public int RefreshMinutes { get; init; } = 15;

    /// <summary>The network's floor and cap of brokers, as a new network has them.</summary>
    public (int Floor, int Cap) Brokers { get; init; } = (5, 31);

    public int Seed { get; init; } = 1;

    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Nodes, 50);
        ArgumentOutOfRangeException.ThrowIfLessThan(Markets, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LookupsPerMarket, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(Records, 1);
        // A store holds 1,000 records, and 20 nodes hold each: with more a node there would be too few places.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Records, Nodes);
        ArgumentOutOfRangeException.ThrowIfNegative(ChurnPerHour);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ChurnPerHour, 0.9);
        ArgumentOutOfRangeException.ThrowIfNegative(Hours);
        ArgumentOutOfRangeException.ThrowIfLessThan(RefreshMinutes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RefreshMinutes, 60);
    }
}
