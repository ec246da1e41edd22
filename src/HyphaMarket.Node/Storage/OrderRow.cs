namespace HyphaMarket.Node.Storage;

/// <summary>An own order as the history keeps it. Ids are hexadecimal, times Unix milliseconds, money micro-credits a minute and unit.</summary>
public sealed record OrderRow
{
    public required string Id { get; init; }
    public required string Market { get; init; }

    /// <summary><c>bid</c> or <c>ask</c>.</summary>
    public required string Side { get; init; }
    public required long PriceMicros { get; init; }
    public required int Quantity { get; init; }
    public int Filled { get; init; }
    public required int TermMinutes { get; init; }
    public required long FirstSlot { get; init; }
    public required long LastSlot { get; init; }
    public required string State { get; init; }
    public string? Reason { get; init; }
    public required long CreatedMs { get; init; }
    public required long UpdatedMs { get; init; }
}
