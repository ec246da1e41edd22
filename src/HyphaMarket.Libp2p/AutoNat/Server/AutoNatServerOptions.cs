namespace HyphaMarket.Libp2p.AutoNat.Server;

/// <summary>What an AutoNAT server does for strangers. A request beyond a limit is answered E_REQUEST_REJECTED and costs nothing more.</summary>
public sealed record AutoNatServerOptions
{
    /// <summary>Requests served a minute. Each costs a handshake with a stranger; one a second is far below what a node does anyway.</summary>
    public int MaxRequestsPerMinute { get; init; } = 60;

    /// <summary>Of these, for one peer: it has a handful of addresses and asks each server once for each.</summary>
    public int MaxRequestsPerPeerPerMinute { get; init; } = 12;

    /// <summary>Of these, for one IPv4 address or IPv6 /64, since peer ids cost nothing; some nodes share a NAT.</summary>
    public int MaxRequestsPerIpPerMinute { get; init; } = 24;

    /// <summary>Of these, with a dial to another IP address than the one who asks has.</summary>
    public int MaxForeignDialsPerMinute { get; init; } = 12;

    /// <summary>Requests served at a time: each holds one stream and one dial.</summary>
    public int MaxConcurrentRequests { get; init; } = 16;

    /// <summary>Of these, for one peer.</summary>
    public int MaxConcurrentRequestsPerPeer { get; init; } = 2;

    /// <summary>Fewest bytes asked before a foreign dial. "servers SHOULD ask for 30k to 100k bytes [...] most handshakes cost less than 10k bytes".</summary>
    public int MinDialDataBytes { get; init; } = 30_000;

    /// <summary>Most bytes asked; how many is drawn anew for each request, so that a client cannot tell a server by it.</summary>
    public int MaxDialDataBytes { get; init; } = 100_000;

    /// <summary>A foreign dial waits a random time up to this, so that an attacker who asks many servers cannot bring their dials down on one victim at one moment.</summary>
    public TimeSpan MaxForeignDialDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>From the first byte of a request to the last of its answer, dial data, delay and dial included.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connecting to the address and agreeing on a secure channel. A dial over the longest paths is done in a third of this.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Telling the nonce on the new connection.</summary>
    public TimeSpan DialBackTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Private, loopback and our own addresses are dialled as well: for tests and closed networks. Never where strangers may ask.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public void Validate()
    {
        foreach (var bound in new[]
        {
            MaxRequestsPerMinute, MaxRequestsPerPeerPerMinute, MaxRequestsPerIpPerMinute, MaxForeignDialsPerMinute, MaxConcurrentRequests, MaxConcurrentRequestsPerPeer, MinDialDataBytes,
        })
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDialDataBytes, MinDialDataBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxForeignDialDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(DialTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(DialBackTimeout, TimeSpan.Zero);
        // An answer must still be possible after the slowest honest course.
        ArgumentOutOfRangeException.ThrowIfLessThan(RequestTimeout, MaxForeignDialDelay + DialTimeout + DialBackTimeout);
    }
}
