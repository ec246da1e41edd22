namespace HyphaMarket.Libp2p.AutoNat.Client;

/// <summary>How a node finds out which of its addresses others can dial.</summary>
public sealed record AutoNatClientOptions
{
    /// <summary>
    /// Servers of different IP groups that must say the same before an address counts as reachable or not; looked at are the newest 2n - 1 answers, so that of the two only
    /// one can hold. Three, as go-libp2p does (the specification suggests "more than 3"): one or two liars change nothing.
    /// </summary>
    public int RequiredServers { get; init; } = 3;

    /// <summary>Addresses tested at a time; further candidates wait until one of them is gone.</summary>
    public int MaxAddresses { get; init; } = 8;

    /// <summary>Servers remembered while they are connected; further ones are not asked.</summary>
    public int MaxServers { get; init; } = 64;

    /// <summary>Requests under way at a time.</summary>
    public int MaxConcurrentProbes { get; init; } = 3;

    /// <summary>Pause between two tests of one address whose state is not settled.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Pause before a settled address is tested again. A mapping that was lost is noticed within three of these at most.</summary>
    public TimeSpan RecheckInterval { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Pause before one server's IP group is asked about one address again: its opinion counts once anyway.</summary>
    public TimeSpan SameServerInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The first pause after a server failed, lied or rejected a request; it doubles up to <see cref="MaxServerBackoff"/>.</summary>
    public TimeSpan MinServerBackoff { get; init; } = TimeSpan.FromMinutes(1);

    public TimeSpan MaxServerBackoff { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>From opening the stream to the server's answer: dial data, its delay and its dial.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most dial data paid for one test. "servers SHOULD ask for 30k to 100k bytes"; a request for more is turned down.</summary>
    public int MaxDialDataBytes { get; init; } = 100_000;

    /// <summary>Dial data paid in an hour, to all servers: enough for some fifty foreign dials, and no burden on a slow line.</summary>
    public int MaxDialDataBytesPerHour { get; init; } = 5_000_000;

    /// <summary>Private and loopback addresses are tested as well: for tests and closed networks.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public void Validate()
    {
        foreach (var bound in new[] { RequiredServers, MaxAddresses, MaxConcurrentProbes }) ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxServers, RequiredServers);
        // The list of one request must fit what servers read of it.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxAddresses, AutoNatProtocol.MaxMessageBytes / (2 * Multiformats.Multiaddr.MaxBytes));
        foreach (var pause in new[] { ProbeInterval, RecheckInterval, SameServerInterval, MinServerBackoff, RequestTimeout }) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(pause, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxServerBackoff, MinServerBackoff);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxDialDataBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDialDataBytesPerHour, MaxDialDataBytes);
    }
}
