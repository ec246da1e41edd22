namespace HyphaMarket.Node.Api.Contracts;

/// <summary>Who brokers a market: GET /v1/brokers/{market}.</summary>
public sealed record BrokerSetView
{
    /// <summary>Hexadecimal.</summary>
    public required string Market { get; init; }
    public string? Profile { get; init; }
    public required ulong Epoch { get; init; }

    /// <summary>Votes that certify.</summary>
    public required int Quorum { get; init; }

    /// <summary>Members that may fail while the market goes on.</summary>
    public required int Tolerated { get; init; }
    public required long FirstSlot { get; init; }

    /// <summary>first, change or interregnum.</summary>
    public required string Kind { get; init; }

    /// <summary>Members that share a /24 (IPv6: /48) with another one.</summary>
    public int SharedPrefixes { get; init; }

    /// <summary>Who goes and who comes, where this node is a member and works for a change.</summary>
    public string? NextChange { get; init; }
    public required IReadOnlyList<BrokerView> Members { get; init; }
}
