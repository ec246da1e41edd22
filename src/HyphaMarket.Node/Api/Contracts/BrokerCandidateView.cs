namespace HyphaMarket.Node.Api.Contracts;

/// <summary>A server near a market, or a member of its broker set.</summary>
public sealed record BrokerCandidateView
{
    public required string Peer { get; init; }

    /// <summary>Its place in this node's own lookup, from 1; absent for a member that the lookup did not find.</summary>
    public int? Rank { get; init; }

    /// <summary>XOR of SHA-256(market id) and SHA-256(peer id), hexadecimal; lower is nearer.</summary>
    public required string Distance { get; init; }
    public bool Self { get; init; }
    public bool Connected { get; init; }
    public bool Member { get; init; }

    /// <summary>Its signature is under the broker set.</summary>
    public bool Signed { get; init; }

    /// <summary>The first epoch in which this node knows it as a member without a break.</summary>
    public ulong? SinceEpoch { get; init; }

    /// <summary>When its term ends: from then on a nearer server may take its place.</summary>
    public DateTimeOffset? TermEndsAt { get; init; }
}
