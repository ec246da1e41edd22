namespace HyphaMarket.Libp2p.Resources;

/// <summary>When connections are closed to make room, and what is remembered of whose are worth keeping.</summary>
public sealed record ConnectionManagerOptions
{
    /// <summary>
    /// The share of <see cref="ResourceOptions.MaxConnections"/>, and likewise of <see cref="ResourceOptions.MaxInboundConnections"/>, above which the least valued connections
    /// are closed: below it nobody is turned away, above it a place is kept free for whoever comes.
    /// </summary>
    public double HighWater { get; init; } = 0.9;

    /// <summary>The share that is left open then; far enough below <see cref="HighWater"/> that trimming is rare.</summary>
    public double LowWater { get; init; } = 0.75;

    /// <summary>A younger connection is not trimmed: its protocols have not had the time to say what it is worth.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Peers whose tags are remembered; beyond it the least valued unprotected one is forgotten. Four times the connections, for peers that come and go.</summary>
    public int MaxTaggedPeers { get; init; } = 4_096;

    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HighWater, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(LowWater, HighWater);
        ArgumentOutOfRangeException.ThrowIfNegative(LowWater);
        ArgumentOutOfRangeException.ThrowIfLessThan(GracePeriod, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTaggedPeers, 1);
    }
}
