using HyphaMarket.Simulation.Adversaries;
using HyphaMarket.Simulation.Checking;

namespace HyphaMarket.Simulation.Faults;

/// <summary>What is sure to happen in a run, beside or in place of what its seed draws: a run that is aimed at one promise shows sooner where it is not kept.</summary>
public sealed record Emphasis
{
    /// <summary>As many brokers are malicious as this allows; null for what the seed draws.</summary>
    public Tolerance? Malicious { get; init; }

    /// <summary>What malicious brokers do, and nothing else; null for what the seed draws.</summary>
    public IReadOnlyList<LieKind>? Brokers { get; init; }

    /// <summary>What the first worker and the first scheduler do; null for what the seed draws.</summary>
    public LieKind? Traders { get; init; }

    /// <summary>Every second fault is this one, and faults come four times as often; null for what the seed draws.</summary>
    public FaultKind? Fault { get; init; }

    /// <summary>The network is split at each hand-over, until the old set's votes are over, and not at every second.</summary>
    public bool SplitsEachHandover { get; init; }
}
