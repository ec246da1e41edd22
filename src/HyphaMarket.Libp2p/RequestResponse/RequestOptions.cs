namespace HyphaMarket.Libp2p.RequestResponse;

/// <summary>Bounds of one request.</summary>
public sealed record RequestOptions
{
    /// <summary>From opening the stream (a dial included) to the last byte of the response.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest response to accept; 1 MiB holds any list that the protocols here answer with.</summary>
    public int MaxResponseBytes { get; init; } = 1024 * 1024;

    /// <summary>A connection over a relay will do where there is no direct one, for messages that fit what relays carry.</summary>
    public bool AllowLimited { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Deadline, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxResponseBytes);
    }
}
