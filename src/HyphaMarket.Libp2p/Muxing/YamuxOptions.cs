namespace HyphaMarket.Libp2p.Muxing;

/// <summary>Bounds of one Yamux connection.</summary>
public sealed record YamuxOptions
{
    /// <summary>Yamux: "initially starts each stream with a 256KB window size"; both sides assume it.</summary>
    public const int InitialWindowBytes = 256 * 1024;

    /// <summary>Streams the peer may have open; one more is refused with a 12-byte reset. 1,024 is far above what any protocol here needs.</summary>
    public int MaxInboundStreams { get; init; } = 1_024;

    /// <summary>Streams we may have open; an opener waits for one to end.</summary>
    public int MaxOutboundStreams { get; init; } = 1_024;

    /// <summary>Outbound streams the peer has not acknowledged yet; an opener waits. libp2p/specs yamux: "at most allow an ACK backlog of 256 streams".</summary>
    public int AckBacklog { get; init; } = 256;

    /// <summary>Openers that may wait for the two limits above; one more fails at once.</summary>
    public int MaxWaitingOpens { get; init; } = 1_024;

    /// <summary>
    /// Bytes received and not yet read, over all streams of the connection; the stream that would exceed it is reset. 16 MiB are 64 full
    /// initial windows: honest peers come near it only if our readers stall.
    /// </summary>
    public int MaxBufferedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The largest receive window one stream may grow to; js-libp2p and go-libp2p use the same 16 MiB.</summary>
    public int MaxWindowBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The longest data frame we send, so that streams take turns; js-libp2p sends 64 KiB too.</summary>
    public int MaxFrameBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes waiting for the channel before writers wait: enough to keep the cipher busy, little enough that a small message does not queue for long.</summary>
    public int OutputBufferBytes { get; init; } = 256 * 1024;

    /// <summary>
    /// Control frames (resets, window updates, pings) that may wait beyond <see cref="OutputBufferBytes"/> and one data frame. Honest peers cause at most
    /// a few frames of 12 bytes a stream; a flood that we cannot answer ends the connection.
    /// </summary>
    public int MaxControlBacklogBytes { get; init; } = 256 * 1024;

    /// <summary>
    /// Pings the peer may send in a row; more end the connection. Other implementations ping every few seconds, to measure or to keep alive; an answer costs us as
    /// much as the question costs the peer.
    /// </summary>
    public int PingBurst { get; init; } = 1_000;

    /// <summary>How fast <see cref="PingBurst"/> comes back.</summary>
    public int PingsPerSecond { get; init; } = 100;

    /// <summary>
    /// Streams the peer may open for nothing in a row: beyond <see cref="MaxInboundStreams"/>, or reset before our first answer; more end the
    /// connection. Callers that all cancel at once waste as many as may be open, twice over. Streams that are served do not count.
    /// </summary>
    public int WastedStreamBurst { get; init; } = 2_048;

    /// <summary>How fast <see cref="WastedStreamBurst"/> comes back.</summary>
    public int WastedStreamsPerSecond { get; init; } = 256;

    /// <summary>Silence after which a ping asks whether the peer lives. NAT tables forget idle TCP flows after minutes, so 30 s also keeps them open.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the answer to a ping may take before the connection counts as dead.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a stream that we closed waits for the peer to finish before it is reset.</summary>
    public TimeSpan CloseLinger { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes a peer may still send into a stream nobody reads any more before it is reset.</summary>
    public int CloseLingerBytes { get; init; } = 64 * 1024;

    /// <summary>How long closing a connection may wait for what was written to leave.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxInboundStreams);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxOutboundStreams, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(AckBacklog, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxWaitingOpens);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBufferedBytes, InitialWindowBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWindowBytes, InitialWindowBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFrameBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxFrameBytes, InitialWindowBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(OutputBufferBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(OutputBufferBytes, 16 * 1024 * 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxControlBacklogBytes, 1_024);
        ArgumentOutOfRangeException.ThrowIfLessThan(PingBurst, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PingsPerSecond, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WastedStreamBurst, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WastedStreamsPerSecond, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(KeepAliveInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(KeepAliveTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CloseLinger, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(CloseLingerBytes);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CloseTimeout, TimeSpan.Zero);
    }
}
