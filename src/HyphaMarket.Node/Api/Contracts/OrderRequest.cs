using System.Text.Json.Serialization;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>POST /v1/orders.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OrderRequest
{
    /// <summary>A profile's name or a market id in hexadecimal.</summary>
    public required string Market { get; init; }

    /// <summary><c>bid</c> or <c>ask</c>.</summary>
    public required string Side { get; init; }

    /// <summary>Micro-credits per minute and unit: the most a bid pays, the least an ask takes.</summary>
    public required long PriceMicros { get; init; }
    public int Quantity { get; set; } = 1;
    public int MinimumFill { get; set; } = 1;

    /// <summary>A bid's wanted lease term, an ask's longest; minutes.</summary>
    public int TermMinutes { get; set; } = 60;

    /// <summary>How long the order may rest in the book, in seconds; null for as long as the network allows.</summary>
    public int? TtlSeconds { get; init; }

    /// <summary>Self-declared facts, at most 16.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; set; } = new Dictionary<string, string>();

    /// <summary>Clauses on the other side's attributes, at most 8, as <c>region=eu,us</c> or <c>region!=cn</c>.</summary>
    public IReadOnlyList<string> Constraints { get; set; } = [];

    /// <summary>Every unit from another counterparty.</summary>
    public bool Distinct { get; init; }

    /// <summary>Up to 64 characters: a second request with the same key answers the first one's order.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Checks and shows the effective terms, and sends nothing.</summary>
    public bool DryRun { get; init; }
}
