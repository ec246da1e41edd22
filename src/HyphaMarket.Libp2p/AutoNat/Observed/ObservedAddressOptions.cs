namespace HyphaMarket.Libp2p.AutoNat.Observed;

/// <summary>How much is believed of what peers say about our address.</summary>
public sealed record ObservedAddressOptions
{
    /// <summary>
    /// Observers of different IP groups (IPv4 address, IPv6 /64) that must agree before an address is a candidate. Two, so that no single
    /// peer can have our servers dial an address of its choice; a candidate is only tested, never believed.
    /// </summary>
    public int MinObservers { get; init; } = 2;

    /// <summary>Observers remembered; the one heard longest ago is forgotten first. Several times what the NAT's behaviour shows in.</summary>
    public int MaxObservers { get; init; } = 64;

    /// <summary>Candidates at most, those with the most observers: a node has one or two external addresses for each transport.</summary>
    public int MaxCandidates { get; init; } = 8;

    /// <summary>How long what a peer said counts after its connection has ended. NAT mappings and leases of addresses seldom live longer.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(40);

    /// <summary>Private and loopback addresses count as well: for tests and closed networks.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinObservers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxObservers, MinObservers);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCandidates, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Lifetime, TimeSpan.Zero);
    }
}
