using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>A market's prices as its brokers signed them: /v1/markets/{id}/quote, /depth and /watch.</summary>
public sealed record QuoteView
{
    /// <summary>Hexadecimal.</summary>
    public required string Market { get; init; }
    public string? Profile { get; init; }
    public required long Slot { get; init; }

    /// <summary>Null where the side is empty.</summary>
    public LevelView? BestBid { get; init; }

    /// <summary>Null where the side is empty.</summary>
    public LevelView? BestAsk { get; init; }

    /// <summary>Best first; empty for a plain quote.</summary>
    public IReadOnlyList<LevelView> Bids { get; set; } = [];

    /// <summary>Best first; empty for a plain quote.</summary>
    public IReadOnlyList<LevelView> Asks { get; set; } = [];

    /// <summary>Units of the whole side.</summary>
    public ulong BidUnits { get; init; }

    /// <summary>Units of the whole side.</summary>
    public ulong AskUnits { get; init; }
    public uint Offers { get; init; }
    public long LastCertifiedSlot { get; init; }

    /// <summary>Of the last certified fill; null while there was none.</summary>
    public long? LastPriceMicros { get; init; }
    public string? LastPrice => LastPriceMicros is { } micros ? CreditText.PerMinute(micros) : null;

    /// <summary>Brokers that answered, of those asked.</summary>
    public int Answers { get; init; }

    /// <summary>Digests of the answers' books that differ from this one's; 0 when all agree.</summary>
    public int Divergent { get; init; }
    public DateTimeOffset At { get; init; }
}
