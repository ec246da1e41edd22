using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Libp2p.Perf;

/// <summary>What a server of <see cref="PerfProtocol"/> does for others, and how long either side waits.</summary>
public sealed record PerfOptions
{
    /// <summary>
    /// The most bytes that one request is sent, and the most that it may upload. The specification lets a client ask for 2^64-1, to be ended by
    /// closing the stream; a stranger's request costs us traffic, so it ends by itself. 10 GiB are 80 s on a line of 1 Gbit/s.
    /// </summary>
    public long MaxBytes { get; init; } = 10L << 30;

    /// <summary>Requests served at a time, from all peers and from one: a measurement beside another measures neither.</summary>
    public StreamLimits Streams { get; init; } = new(Total: 4, PerPeer: 2);

    /// <summary>How long one read or write may make no progress.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <exception cref="ArgumentException">A bound is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxBytes);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(IdleTimeout, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(Streams);
    }
}
