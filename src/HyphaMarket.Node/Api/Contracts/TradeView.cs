using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>A certified match that this node has seen: GET /v1/markets/{market}/trades.</summary>
public sealed record TradeView
{
    /// <summary>The match id, hexadecimal.</summary>
    public required string Match { get; init; }

    /// <summary>Hexadecimal.</summary>
    public required string Market { get; init; }
    public string? Profile { get; init; }
    public required long Slot { get; init; }

    /// <summary>The start of its slot.</summary>
    public required DateTimeOffset At { get; init; }
    public required int Quantity { get; init; }

    /// <summary>Micro-credits per minute and unit: the mean of what the buyer pays and the seller gets, rounded down.</summary>
    public required long PriceMicros { get; init; }
    public string Price => CreditText.PerMinute(PriceMicros);
    public required long BuyPriceMicros { get; init; }
    public required long SellPriceMicros { get; init; }

    /// <summary>This node is a party of it.</summary>
    public bool Own { get; init; }

    /// <summary>This node keeps its proof: GET /v1/proofs/{match}.</summary>
    public bool Proof { get; init; }
}
