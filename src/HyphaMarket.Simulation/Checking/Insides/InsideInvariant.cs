using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Checking.Insides;

/// <summary>A promise whose check looks into the cores of simulated nodes.</summary>
public abstract class InsideInvariant : Invariant
{
    /// <exception cref="InvalidCastException">The market is one of real processes.</exception>
    protected SimulatedMarket Simulated => (SimulatedMarket)Market;
}
