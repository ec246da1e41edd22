using HyphaMarket.Simulation.Economics.Measures;

namespace HyphaMarket.Simulation.Economics.Runs;

/// <summary>What one seed came to.</summary>
/// <param name="Tally">Of all periods.</param>
/// <param name="Late">Of the periods that were asked for: those after strategies have learned.</param>
/// <param name="Gains">What each trader gained in those; micro-credits.</param>
/// <param name="Path">Prices slot by slot.</param>
public sealed record RunOutcome(MarketTally Tally, MarketTally Late, IReadOnlyList<long> Gains, PricePath Path);
