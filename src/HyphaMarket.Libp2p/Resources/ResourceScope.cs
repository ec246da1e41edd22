namespace HyphaMarket.Libp2p.Resources;

/// <summary>What one part of the node (all of it, one peer, one protocol) uses, against its limits. The manager's lock guards it.</summary>
internal class ResourceScope(ScopeLimits limits)
{
    /// <summary>What is in use beyond smaller limits stays until it is given back.</summary>
    public ScopeLimits Limits { get; set; } = limits;

    public ResourceUse Use { get; private set; }

    public bool IsEmpty => Use == default;

    /// <summary>What is short for the amount; a limit that the amount does not touch is not asked.</summary>
    /// <param name="quarters">The part of the memory limit that may be used for it.</param>
    public ResourceKind Short(in ResourceUse amount, int quarters = 4)
    {
        if (amount.Connections > 0 && Use.Connections + amount.Connections > Limits.Connections) return ResourceKind.Connections;
        if (amount.InboundConnections > 0 && Use.InboundConnections + amount.InboundConnections > Limits.InboundConnections) return ResourceKind.InboundConnections;
        if (amount.OutboundConnections > 0 && Use.OutboundConnections + amount.OutboundConnections > Limits.OutboundConnections) return ResourceKind.OutboundConnections;
        if (amount.Streams > 0 && Use.Streams + amount.Streams > Limits.Streams) return ResourceKind.Streams;
        if (amount.InboundStreams > 0 && Use.InboundStreams + amount.InboundStreams > Limits.InboundStreams) return ResourceKind.Streams;
        return amount.Memory > 0 && Use.Memory + amount.Memory > Limits.Memory / 4 * quarters ? ResourceKind.Memory : ResourceKind.None;
    }

    public void Add(in ResourceUse amount) => Use += amount;

    public void Subtract(in ResourceUse amount)
    {
        var left = Use - amount;
        if (left.InboundConnections < 0 || left.OutboundConnections < 0 || left.InboundStreams < 0 || left.OutboundStreams < 0 || left.Memory < 0)
        {
            throw new InvalidOperationException($"More is given back ({amount}) than is in use ({Use}).");
        }
        Use = left;
    }
}
