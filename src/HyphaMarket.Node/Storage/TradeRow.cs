namespace HyphaMarket.Node.Storage;

/// <summary>A certified fill that this node has seen. Ids are hexadecimal, money micro-credits a minute and unit.</summary>
public sealed record TradeRow
{
    /// <summary>The match id.</summary>
    public required string Id { get; init; }
    public required string Market { get; init; }
    public required long Slot { get; init; }
    public required int Quantity { get; init; }
    public required long BuyPriceMicros { get; init; }
    public required long SellPriceMicros { get; init; }
    public required long BidMicros { get; init; }
    public required long AskMicros { get; init; }
    public required string Bid { get; init; }
    public required string Ask { get; init; }
    public required string Buyer { get; init; }
    public required string Seller { get; init; }

    /// <summary>The peers whose votes are under the certificate.</summary>
    public required IReadOnlyList<string> Brokers { get; init; }
    public required long SeenMs { get; init; }
}
