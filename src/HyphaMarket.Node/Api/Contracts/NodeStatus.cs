namespace HyphaMarket.Node.Api.Contracts;

/// <summary>The state of the daemon: GET /v1/status.</summary>
public sealed record NodeStatus
{
    public required string PeerId { get; init; }
    public required string Version { get; init; }
    public required int Pid { get; init; }
    public required string DataDirectory { get; init; }

    /// <summary>The network's name.</summary>
    public required string Network { get; init; }

    /// <summary>Hexadecimal.</summary>
    public required string NetworkId { get; init; }

    /// <summary>broker, worker, scheduler.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Multiaddrs that others can dial, with the peer id at the end.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Whether strangers can dial this node, as AutoNAT found out: unknown, public, private. Unknown on private networks, where nobody tests.</summary>
    public string Reachability { get; init; } = "unknown";

    /// <summary>Peer ids of the relays that hold a place for this node.</summary>
    public IReadOnlyList<string> Relays { get; init; } = [];

    /// <summary>Nodes that this node, as a relay, holds a place for.</summary>
    public int RelayedPeers { get; init; }
    public required long Slot { get; init; }
    public required long SlotLengthMs { get; init; }

    /// <summary>When <see cref="Slot"/> began, by this node's clock: what a slot clock is drawn by.</summary>
    public DateTimeOffset SlotStartedAt { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public int ConnectedPeers { get; init; }

    /// <summary>Brokers in the Kademlia routing table.</summary>
    public int KnownBrokers { get; init; }

    /// <summary>Markets whose broker set this node is in.</summary>
    public int BrokeredMarkets { get; init; }
    public int OpenOrders { get; init; }
    public int ActiveLeases { get; init; }

    /// <summary>This clock less the median of fellow brokers' clocks; null while nothing was measured.</summary>
    public long? ClockSkewMs { get; init; }

    /// <summary>Whether this node votes in its markets; false with a reason in <see cref="Warnings"/>.</summary>
    public bool Voting { get; init; }

    public bool Ready { get; init; }

    /// <summary>Resident memory of the process in bytes.</summary>
    public long ResidentBytes { get; init; }

    /// <summary>Sentences about what an operator should mend.</summary>
    public IReadOnlyList<string> Warnings { get; set; } = [];
}
