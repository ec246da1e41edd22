namespace HyphaMarket.Libp2p.Resources;

/// <summary>What is in use, or wanted: connections and streams by who opened them, and memory.</summary>
/// <param name="Memory">Bytes.</param>
public readonly record struct ResourceUse(int InboundConnections, int OutboundConnections, int InboundStreams, int OutboundStreams, long Memory)
{
    /// <summary>Connections of both directions.</summary>
    public int Connections => InboundConnections + OutboundConnections;

    /// <summary>Streams of both directions.</summary>
    public int Streams => InboundStreams + OutboundStreams;

    public static ResourceUse operator +(in ResourceUse left, in ResourceUse right) => new(
        left.InboundConnections + right.InboundConnections,
        left.OutboundConnections + right.OutboundConnections,
        left.InboundStreams + right.InboundStreams,
        left.OutboundStreams + right.OutboundStreams,
        left.Memory + right.Memory);

    public static ResourceUse operator -(in ResourceUse left, in ResourceUse right) => new(
        left.InboundConnections - right.InboundConnections,
        left.OutboundConnections - right.OutboundConnections,
        left.InboundStreams - right.InboundStreams,
        left.OutboundStreams - right.OutboundStreams,
        left.Memory - right.Memory);

    public static ResourceUse Add(ResourceUse left, ResourceUse right) => left + right;

    public static ResourceUse Subtract(ResourceUse left, ResourceUse right) => left - right;

    internal static ResourceUse Bytes(long memory) => new(0, 0, 0, 0, memory);
}
