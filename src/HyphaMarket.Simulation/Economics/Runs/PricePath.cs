namespace HyphaMarket.Simulation.Economics.Runs;

/// <summary>Prices of one run, slot by slot; micro-credits.</summary>
/// <param name="Prices">The mean price of each slot; null where nothing traded.</param>
/// <param name="Equilibrium">The equilibrium price of the period of each slot; 0 where nothing could trade.</param>
public sealed record PricePath(IReadOnlyList<double?> Prices, IReadOnlyList<double> Equilibrium);
