namespace HyphaMarket.Simulation.World;

/// <summary>The second time of something that waits for its first.</summary>
internal sealed class PlannedAgain(Planned what) : Planned
{
    public override void Happen() => what.Happen();
}
