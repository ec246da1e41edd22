namespace HyphaMarket.Libp2p.Tests.Simulation;

/// <summary>What a simulated link is like, the same both ways.</summary>
internal sealed record LinkOptions
{
    /// <summary>One way; a round trip takes twice as long.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Bytes a second; null for a link that takes no time to send.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Bytes that a writer may be ahead of the wire, as a socket's send buffer allows.</summary>
    public int SendBufferBytes { get; init; } = 128 * 1024;

    /// <summary>The largest piece that arrives at once.</summary>
    public int SegmentBytes { get; init; } = 16 * 1024;

    /// <summary>The most bytes that the next read takes, whatever is there; null for all.</summary>
    public Func<int>? ReadSize { get; init; }
}
