namespace HyphaMarket.Node.Storage;

/// <summary>A lease that this node is a party of. Ids are hexadecimal, times Unix milliseconds, money micro-credits.</summary>
public sealed record LeaseRow
{
    public required string Id { get; init; }

    /// <summary>The match id.</summary>
    public required string Trade { get; init; }
    public required string Market { get; init; }

    /// <summary><c>buyer</c> or <c>seller</c>: what this node is in it.</summary>
    public required string Role { get; init; }
    public required string Counterparty { get; init; }
    public required int Quantity { get; init; }
    public required long PriceMicros { get; init; }
    public required long StartMs { get; init; }
    public required long EndMs { get; init; }
    public required long LongestEndMs { get; init; }
    public required string State { get; init; }

    /// <summary>Cumulative, as the last receipt says.</summary>
    public long Minutes { get; init; }
    public long Micros { get; init; }
}
