namespace HyphaMarket.Node.Api.Contracts;

/// <summary>A market this node knows of: GET /v1/markets.</summary>
public sealed record MarketView
{
    /// <summary>Hexadecimal.</summary>
    public required string Market { get; init; }
    public string? Profile { get; init; }

    /// <summary>What this node is there: broker, worker, scheduler; empty for a bystander.</summary>
    public IReadOnlyList<string> Roles { get; set; } = [];

    /// <summary>Members of the broker set; 0 while none is known.</summary>
    public int Brokers { get; init; }

    /// <summary>Votes that certify; 0 while no set is known.</summary>
    public int Quorum { get; init; }
    public ulong Epoch { get; init; }

    /// <summary>Own open orders.</summary>
    public int OpenOrders { get; init; }
}
