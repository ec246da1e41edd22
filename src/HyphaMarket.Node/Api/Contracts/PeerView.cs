namespace HyphaMarket.Node.Api.Contracts;

/// <summary>A peer with an open connection: GET /v1/net/peers.</summary>
public sealed record PeerView
{
    public required string Peer { get; init; }

    /// <summary>The address it is connected from or at, as this node sees it.</summary>
    public required string Address { get; init; }

    /// <summary><c>inbound</c> or <c>outbound</c>.</summary>
    public required string Direction { get; init; }

    /// <summary>Over a relay, for small messages only.</summary>
    public bool Relayed { get; init; }

    /// <summary>It serves the market's DHT, and so may broker.</summary>
    public bool Server { get; init; }

    /// <summary>Seconds since the connection was ready.</summary>
    public required long AgeSeconds { get; init; }

    /// <summary>This node's address as the peer sees it; null until it told.</summary>
    public string? SeesUsAt { get; init; }
}
