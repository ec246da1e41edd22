namespace HyphaMarket.Node.Api.Contracts;

/// <summary>What draining did: POST /v1/node/drain. A drained node stays up, takes no orders, and is to be stopped.</summary>
public sealed record DrainView
{
    /// <summary>Orders that were taken out of the book.</summary>
    public required int Cancelled { get; init; }

    /// <summary>Broker sets in which this node gives its place up; the others replace it within an epoch.</summary>
    public required int LeftMarkets { get; init; }

    /// <summary>Leases that run on; they end with their terms, or by `lease end`.</summary>
    public required int ActiveLeases { get; init; }
}
