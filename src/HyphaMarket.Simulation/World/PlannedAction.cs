namespace HyphaMarket.Simulation.World;

/// <summary>An action, for what happens seldom.</summary>
internal sealed class PlannedAction(Action action) : Planned
{
    public override void Happen() => action();
}
