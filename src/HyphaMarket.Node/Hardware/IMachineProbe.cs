using HyphaMarket.Brokerage.Machines;

namespace HyphaMarket.Node.Hardware;

/// <summary>Looks at the machine that this node sells.</summary>
public interface IMachineProbe
{
    /// <summary>Looks anew: may start processes and take some seconds, and always ends.</summary>
    Task<MachineFacts> MeasureAsync(CancellationToken cancellationToken);
}
