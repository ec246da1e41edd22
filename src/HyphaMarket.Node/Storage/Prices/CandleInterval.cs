using System.Diagnostics.CodeAnalysis;

namespace HyphaMarket.Node.Storage.Prices;

/// <summary>The length of a candle: 1m, 5m, 1h or 1d.</summary>
public readonly record struct CandleInterval
{
    private CandleInterval(string name, long lengthMs) => (Name, LengthMs) = (name, lengthMs);

    public string Name { get; }
    public long LengthMs { get; }

    public static CandleInterval Minute { get; } = new("1m", 60_000);
    public static CandleInterval FiveMinutes { get; } = new("5m", 300_000);
    public static CandleInterval Hour { get; } = new("1h", 3_600_000);
    public static CandleInterval Day { get; } = new("1d", 86_400_000);

    /// <summary>The shortest first.</summary>
    public static IReadOnlyList<CandleInterval> All { get; } = [Minute, FiveMinutes, Hour, Day];

    /// <summary>Where the interval of a moment starts.</summary>
    public long StartOf(long atMs) => atMs - (atMs % LengthMs);

    public static bool TryParse(string? name, [NotNullWhen(true)] out CandleInterval? interval)
    {
        interval = All.Where(known => known.Name == name).Select(known => (CandleInterval?)known).FirstOrDefault();
        return interval is not null;
    }
}
