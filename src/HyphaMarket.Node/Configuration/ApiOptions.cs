namespace HyphaMarket.Node.Configuration;

/// <summary>Bounds of the local API.</summary>
public sealed record ApiOptions
{
    /// <summary>The longest path of a Unix socket: 108 bytes of sun_path less its end.</summary>
    public const int LongestSocketPath = 107;

    /// <summary>The Unix socket; null for <c>api.sock</c> in the data directory.</summary>
    public string? Socket { get; init; }

    /// <summary>
    /// Where the API listens beside the socket: a port of 127.0.0.1, or a loopback address with a port; 0 takes a free one. Null for nowhere. Whoever comes
    /// that way shows the token of <see cref="NodeOptions.ApiTokenFile"/>.
    /// </summary>
    public string? Port { get; init; }

    /// <summary>Largest request body in bytes; a larger one is answered 413. An order has a few hundred bytes.</summary>
    public long RequestBytes { get; init; } = 64 * 1024;

    /// <summary>How long one request that is no stream may take before it is answered 504.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Open connections at once; one more is refused.</summary>
    public int Connections { get; init; } = 128;

    /// <summary>Requests a second that are answered, over all connections, twice as many in a burst; the rest are told when to come again.</summary>
    public int RequestsPerSecond { get; init; } = 500;

    /// <summary>Answers remembered by their Idempotency-Key for an hour; a further key is refused until the oldest is forgotten.</summary>
    public int IdempotencyKeys { get; init; } = 1_024;

    /// <summary>Events kept for watchers that come back; the oldest go first.</summary>
    public int EventBacklog { get; init; } = 4_096;

    /// <summary>Events waiting for one slow watcher; then its stream ends, and it may resume from the backlog.</summary>
    public int WatcherBacklog { get; init; } = 1_024;
}
