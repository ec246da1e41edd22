namespace HyphaMarket.Node.Api.Contracts;

/// <summary>What <c>market verify</c> found. Ids are hexadecimal, money micro-credits a minute and unit.</summary>
public sealed record VerdictView
{
    public const string Verified = "verified";
    public const string Refuted = "refuted";

    /// <summary>One of these two.</summary>
    public required string Verdict { get; init; }

    /// <summary>Why it is refuted: a stable code, and a sentence.</summary>
    public string? Code { get; init; }
    public string? Reason { get; init; }

    /// <summary>Against what the broker sets were held: "file", "data-directory", or "certificate" for nothing but the proof itself.</summary>
    public string? Anchor { get; init; }
    public string? AnchorSays { get; init; }

    /// <summary>Signed changes of broker sets from the anchor to the set that voted.</summary>
    public int? Links { get; init; }
    public string? Match { get; init; }
    public string? Network { get; init; }
    public string? NetworkId { get; init; }
    public string? Market { get; init; }
    public string? Profile { get; init; }
    public long? Slot { get; init; }
    public DateTimeOffset? SlotAt { get; init; }
    public ulong? Epoch { get; init; }

    /// <summary>The record id of the broker set that voted.</summary>
    public string? Config { get; init; }
    public int? Brokers { get; init; }
    public int? Quorum { get; init; }
    public IReadOnlyList<string>? Voters { get; init; }
    public uint? Quantity { get; init; }
    public long? BuyPriceMicros { get; init; }
    public long? SellPriceMicros { get; init; }
    public string? Bid { get; init; }
    public string? Ask { get; init; }
    public string? Buyer { get; init; }
    public string? Seller { get; init; }

    /// <summary>Whether the slot's result was computed anew from its input; absent where nothing was verified.</summary>
    public bool? Recomputed { get; init; }

    /// <summary>Offers of that input.</summary>
    public int? Inputs { get; init; }
}
