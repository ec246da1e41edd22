namespace HyphaMarket.Brokerage.Settlement;

/// <summary>What this node's machine can carry over all its markets.</summary>
public interface ICapacity
{
    /// <summary>Whether everything already promised and the wanted use can be served together, at every moment of the wanted use.</summary>
    bool Fits(IReadOnlyCollection<CapacityUse> taken, CapacityUse wanted);

    /// <summary>Whether everything promised and everything offered could be served at once.</summary>
    /// <param name="offered">Alternatives in each: offers of one group, of which at most one is filled, so they count once, at their largest.</param>
    bool FitsTogether(IReadOnlyCollection<CapacityUse> taken, IReadOnlyCollection<IReadOnlyCollection<OfferedUnits>> offered);
}
