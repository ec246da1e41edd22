namespace HyphaMarket.Simulation.World;

/// <summary>What is to happen. Half a million things are planned in half an hour: what happens most is one object each, and no closure in a delegate.</summary>
internal abstract class Planned
{
    /// <summary>What happens after it in the same millisecond; of the <see cref="TimingWheel"/> that it is on.</summary>
    internal Planned? Next { get; set; }

    /// <summary>It waits on a wheel, and has no second place there.</summary>
    internal bool IsPlanned { get; set; }

    public abstract void Happen();
}
