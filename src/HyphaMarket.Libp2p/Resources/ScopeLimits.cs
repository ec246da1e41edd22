namespace HyphaMarket.Libp2p.Resources;

/// <summary>The most that one scope may hold at a time. What is left out is not limited there.</summary>
internal readonly record struct ScopeLimits()
{
    public int Connections { get; init; } = int.MaxValue;

    public int InboundConnections { get; init; } = int.MaxValue;

    public int OutboundConnections { get; init; } = int.MaxValue;

    public int Streams { get; init; } = int.MaxValue;

    public int InboundStreams { get; init; } = int.MaxValue;

    public long Memory { get; init; } = long.MaxValue;
}
