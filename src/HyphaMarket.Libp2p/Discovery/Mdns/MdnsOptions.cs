using HyphaMarket.Libp2p.Discovery.Dns;

namespace HyphaMarket.Libp2p.Discovery.Mdns;

/// <summary>Times and bounds of finding peers on the local network.</summary>
public sealed record MdnsOptions
{
    /// <summary>The name that all peers of one network answer to. A private network may choose another, to be left alone by the rest.</summary>
    public string ServiceName { get; init; } = "_p2p._udp.local";

    /// <summary>Between the first two queries; it doubles from query to query. RFC 6762: "the interval between the first two queries MUST be at least one second".</summary>
    public TimeSpan FirstInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest time between queries, and so about how long a network that came together unnoticed stays unnoticed.</summary>
    public TimeSpan MaxInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>For how long others may believe an answer of ours; go-libp2p and js-libp2p say two minutes too.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The least time between two answers. RFC 6762: "a Multicast DNS responder MUST NOT multicast a record until at least one second has elapsed since the last time".</summary>
    public TimeSpan ResponseSpacing { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Packets looked at in a second; the rest is dropped unread. A hundred peers that answer at once are heard, a flood costs little.</summary>
    public int MaxPacketsPerSecond { get; init; } = 200;

    /// <summary>Peers remembered, so that each is told once and not with every answer; beyond it newcomers wait until others have expired.</summary>
    public int MaxPeers { get; init; } = 1_024;

    /// <summary>Addresses taken from one peer; the rest is ignored.</summary>
    public int MaxAddressesPerPeer { get; init; } = 16;

    /// <summary>Interfaces spoken on; Linux lets a socket join twenty groups.</summary>
    public int MaxInterfaces { get; init; } = 16;

    /// <summary>How often the interfaces of the machine and the addresses of the host are looked at again.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <exception cref="ArgumentException">A bound is out of its range.</exception>
    public void Validate()
    {
        if (!DnsName.TryParse(ServiceName, out _)) throw new ArgumentException($"'{ServiceName}' is no domain name.", nameof(ServiceName));
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstInterval, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInterval, FirstInterval);
        ArgumentOutOfRangeException.ThrowIfLessThan(TimeToLive, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(ResponseSpacing, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RefreshInterval, TimeSpan.Zero);
        foreach (var bound in new[] { MaxPacketsPerSecond, MaxPeers, MaxAddressesPerPeer, MaxInterfaces }) ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
    }
}
