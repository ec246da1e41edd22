using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Matching;

namespace HyphaMarket.Simulation.Nodes;

/// <summary>How many there are of what.</summary>
public sealed record SimulatedMarketOptions
{
    public int Brokers { get; init; } = 5;

    /// <summary>Nodes beside them that are willing to broker: they take the places of brokers that die or leave.</summary>
    public int Spares { get; init; }

    /// <summary>Workers and schedulers in turn.</summary>
    public int Traders { get; init; } = 30;

    /// <summary>Dead after a minute, gone after two, seen for two, a term of a quarter of an hour: a run of half an hour sees them all.</summary>
    public EpochOptions Epochs { get; init; } = new() { SettleMs = 3_000, RetryMs = 1_000, StaggerMs = 1_000, AttemptMs = 6_000, EpochMs = 60_000, SeenMs = 120_000, TermMs = 900_000, WatchMs = 5_000 };

    /// <summary>The length of a slot; milliseconds.</summary>
    public long SlotLengthMs { get; init; } = 2_000;

    /// <summary>m: a slot's input holds the best m/2 offers of each side. Small, so that books get full.</summary>
    public int BookDepth { get; init; } = 64;

    /// <summary>The market's clearing rule.</summary>
    public IClearingRule Clearing { get; init; } = ClearingRules.PairwiseMean;

    /// <summary>Every message goes through its bytes, which shows that no core changes what others hold too; slow.</summary>
    public bool CopiesMessages { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Brokers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Brokers, 64);
        ArgumentOutOfRangeException.ThrowIfNegative(Spares);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Brokers + Spares, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(Traders, 2);
        Epochs.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(SlotLengthMs, 100);
        ArgumentOutOfRangeException.ThrowIfLessThan(BookDepth, 2);
    }
}
