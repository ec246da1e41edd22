namespace HyphaMarket.Simulation.World;

/// <summary>What is to happen. Half a million things are planned in half an hour: what happens most is one object each, and no closure in a delegate.</summary>
internal abstract class Planned
{
    public abstract void Happen();
}
