namespace HyphaMarket.Node.Storage.Prices;

/// <summary>What a market traded in one interval. Money is micro-credits a minute and unit.</summary>
/// <param name="TurnoverMicros">The sum of price times quantity; with <paramref name="Units"/> it gives the mean.</param>
public sealed record Candle(long StartMs, long OpenMicros, long HighMicros, long LowMicros, long CloseMicros, long Units, long Trades, long TurnoverMicros)
{
    /// <summary>Weighted by units, rounded down.</summary>
    public long MeanMicros => TurnoverMicros / Units;
}
