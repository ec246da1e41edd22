namespace HyphaMarket.Node.Configuration;

/// <summary>How this node is reached by others, and finds them, where NATs and firewalls stand in between.</summary>
public sealed record ReachOptions
{
    /// <summary>Finds out by others whether this node can be dialled, and tells others the same of them.</summary>
    public bool AutoNat { get; init; } = true;

    public RelayUse Relay { get; init; } = RelayUse.Auto;

    /// <summary>Makes connections over a relay direct ones.</summary>
    public bool HolePunching { get; init; } = true;

    /// <summary>Takes private and loopback addresses for public ones, for labs: a stranger could then have this node dial into its own network.</summary>
    public bool PrivateAddresses { get; init; }

    /// <summary>Finds nodes of the local network by multicast, and is found there.</summary>
    public bool Mdns { get; init; }
}
