namespace HyphaMarket.Brokerage.Settlement;

/// <summary>What this node's machine can carry over all its markets.</summary>
public interface ICapacity
{
    /// <summary>Whether everything already promised and the wanted use can be served together, at every moment of the wanted use.</summary>
    bool Fits(IReadOnlyCollection<CapacityUse> taken, CapacityUse wanted);
}
