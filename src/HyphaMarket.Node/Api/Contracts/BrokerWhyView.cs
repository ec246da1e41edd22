namespace HyphaMarket.Node.Api.Contracts;

/// <summary>Why these are a market's brokers: GET /v1/brokers/{market}/why.</summary>
public sealed record BrokerWhyView
{
    /// <summary>Hexadecimal.</summary>
    public required string Market { get; init; }
    public string? Profile { get; init; }

    /// <summary>SHA-256 of the market id, from which distances are taken; hexadecimal.</summary>
    public required string Key { get; init; }

    /// <summary>N, the servers of the whole network as this node counts or estimates them.</summary>
    public required long NetworkSize { get; init; }

    /// <summary>"counted" while fewer than 20 are known, else "estimated".</summary>
    public required string SizeIs { get; init; }

    /// <summary>Servers that this node's own lookup found near the market, at most 20.</summary>
    public required int Found { get; init; }
    public required int Floor { get; init; }
    public required int Cap { get; init; }

    /// <summary>n as the formula gives it now: min(found, clamp(ceil(sqrt(N)), floor, cap)).</summary>
    public required int Wanted { get; init; }

    /// <summary>The record id of the broker set.</summary>
    public required string Config { get; init; }
    public required ulong Epoch { get; init; }

    /// <summary>"first", "change" or "interregnum".</summary>
    public required string Kind { get; init; }

    /// <summary>The record id of the set before; absent for the first.</summary>
    public string? Previous { get; init; }
    public required long FirstSlot { get; init; }
    public required DateTimeOffset FirstSlotAt { get; init; }
    public required int Members { get; init; }
    public required int Quorum { get; init; }
    public required int Tolerated { get; init; }
    public required int Signatures { get; init; }

    /// <summary>Whose signatures make it a broker set: "its own members" or "the set before".</summary>
    public required string SignedBy { get; init; }

    /// <summary>Members among the servers found; at least q of them make a set believable that no signatures link to a known one.</summary>
    public required int MembersFound { get; init; }

    /// <summary>The servers found, nearest first, then members that were not found.</summary>
    public required IReadOnlyList<BrokerCandidateView> Candidates { get; init; }

    /// <summary>What would change the set; sentences.</summary>
    public required IReadOnlyList<string> Changes { get; init; }
}
