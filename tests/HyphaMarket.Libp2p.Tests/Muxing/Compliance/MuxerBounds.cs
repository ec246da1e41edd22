namespace HyphaMarket.Libp2p.Tests.Muxing.Compliance;

/// <summary>What every muxer lets its user bound, in words that belong to none of them.</summary>
public sealed record MuxerBounds
{
    public int MaxInboundStreams { get; init; } = 1_024;

    public int MaxOutboundStreams { get; init; } = 1_024;

    /// <summary>The most bytes of one stream that may be under way or unread.</summary>
    public int MaxWindowBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Silence after which the peer is asked whether it lives.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long its answer may take.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long closing waits for what was written to leave.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a stream that one side has left may wait for the other side.</summary>
    public TimeSpan CloseLinger { get; init; } = TimeSpan.FromSeconds(30);
}
