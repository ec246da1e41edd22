namespace HyphaMarket.Libp2p.HolePunching;

/// <summary>Bounds of hole punching.</summary>
public sealed record HolePunchOptions
{
    /// <summary>"Inbound peers SHOULD retry twice (thus a total of 3 attempts) before considering the upgrade as failed." Who leads has as many of us on one relayed connection.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Addresses told, and addresses of the other side dialled, at most. A node has one or two external addresses for each transport; more are probes of ours.</summary>
    public int MaxAddresses { get; init; } = 8;

    /// <summary>Upgrades under way that this node leads; for a further connection none is tried.</summary>
    public int MaxConcurrent { get; init; } = 8;

    /// <summary>Upgrades under way that others lead; a further stream is reset. Two of each peer.</summary>
    public int MaxConcurrentInbound { get; init; } = 16;

    /// <summary>From a message to its answer over the relay, which also bounds the round trip that is believed.</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the first connect message of an attempt to its end: its dials included, which the host bounds by 5 s and 10 s for an upgrade.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Private and loopback addresses are told and dialled as well: for tests and closed networks.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public void Validate()
    {
        foreach (var bound in new[] { MaxAttempts, MaxAddresses, MaxConcurrent, MaxConcurrentInbound }) ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        // Our own message must fit what others read.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxAddresses, HolePunchCodec.MaxAddresses);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MessageTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(AttemptTimeout, MessageTimeout);
    }
}
