using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>What to charge or to pay: GET /v1/markets/{market}/price. From trades that this node has seen and the book of now.</summary>
public sealed record PriceSuggestionView
{
    /// <summary>Hexadecimal.</summary>
    public required string Market { get; init; }
    public string? Profile { get; init; }

    /// <summary><c>bid</c> or <c>ask</c>: for which side.</summary>
    public required string Side { get; init; }

    /// <summary>Micro-credits per minute and unit; null where there is nothing to go by.</summary>
    public long? SuggestedMicros { get; init; }
    public string? Suggested => SuggestedMicros is { } micros ? CreditText.PerMinute(micros) : null;

    /// <summary>One sentence: what the suggestion rests on.</summary>
    public required string Basis { get; init; }

    /// <summary>"all" where this node brokers or watches the market, else "own": what the trades are of.</summary>
    public required string Scope { get; init; }

    /// <summary>Trades counted, and their units.</summary>
    public required int Trades { get; init; }
    public required long Units { get; init; }

    /// <summary>Trades before it do not count.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>10, 25, 50, 75 and 90 percent, weighted by units; empty without trades.</summary>
    public IReadOnlyList<PricePointView> Percentiles { get; set; } = [];

    /// <summary>Null where the side is empty, or no broker answered.</summary>
    public LevelView? BestBid { get; init; }
    public LevelView? BestAsk { get; init; }
}
