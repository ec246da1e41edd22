namespace HyphaMarket.Libp2p.RequestResponse;

/// <summary>Bounds of serving one protocol; a request beyond a limit is answered with a reset of its stream.</summary>
public sealed record ServeOptions
{
    /// <summary>The longest request to accept.</summary>
    public int MaxRequestBytes { get; init; } = 256 * 1024;

    /// <summary>From the start of the stream to the last byte of the response.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests of one peer being served at a time. 64 keeps a fast peer busy and leaves room for others.</summary>
    public int MaxConcurrentPerPeer { get; init; } = 64;

    /// <summary>Requests of all peers being served at a time.</summary>
    public int MaxConcurrent { get; init; } = 1_024;

    /// <summary>Requests that come over a relay are served too; else their streams are reset.</summary>
    public bool AllowLimited { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxRequestBytes);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Deadline, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrentPerPeer, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrent, MaxConcurrentPerPeer);
    }
}
