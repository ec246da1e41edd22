using HyphaMarket.Simulation.Economics.Measures;

namespace HyphaMarket.Simulation.Economics.Runs;

/// <summary>What one seed came to.</summary>
/// <param name="Gains">What each trader gained in the periods that were asked for; micro-credits.</param>
/// <param name="Path">Prices slot by slot.</param>
public sealed record RunOutcome(MarketTally Tally, IReadOnlyList<long> Gains, PricePath Path);
