using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>What one lease earned or cost in the time of a statement, by receipts that both parties signed.</summary>
public sealed record StatementLineView
{
    /// <summary>Hexadecimal.</summary>
    public required string Lease { get; init; }
    public string? Profile { get; init; }

    /// <summary><c>buyer</c> or <c>seller</c>: what this node is in it.</summary>
    public required string Role { get; init; }
    public required string Counterparty { get; init; }
    public required string State { get; init; }
    public required DateTimeOffset StartsAt { get; init; }
    public required DateTimeOffset EndsAt { get; init; }
    public required int Quantity { get; init; }

    /// <summary>Micro-credits per minute and unit.</summary>
    public required long PriceMicros { get; init; }
    public string Price => CreditText.PerMinute(PriceMicros);
    public required long Minutes { get; init; }

    /// <summary>Above zero earned, below zero spent; micro-credits.</summary>
    public required long AmountMicros { get; init; }
    public string Amount => CreditText.Amount(AmountMicros);
}
