using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>What a market traded in one interval: GET /v1/markets/{market}/candles. Intervals without a trade have none.</summary>
public sealed record CandleView
{
    /// <summary>Hexadecimal.</summary>
    public required string Market { get; init; }
    public string? Profile { get; init; }

    /// <summary>1m, 5m, 1h or 1d.</summary>
    public required string Interval { get; init; }

    /// <summary>Where the interval starts; whole intervals since 1970 in UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Micro-credits per minute and unit, as are the others.</summary>
    public required long OpenMicros { get; init; }
    public required long HighMicros { get; init; }
    public required long LowMicros { get; init; }
    public required long CloseMicros { get; init; }

    /// <summary>The mean price, weighted by units, rounded down.</summary>
    public required long MeanMicros { get; init; }
    public string Open => CreditText.PerMinute(OpenMicros);
    public string High => CreditText.PerMinute(HighMicros);
    public string Low => CreditText.PerMinute(LowMicros);
    public string Close => CreditText.PerMinute(CloseMicros);
    public string Mean => CreditText.PerMinute(MeanMicros);
    public required long Units { get; init; }
    public required long Trades { get; init; }
}
