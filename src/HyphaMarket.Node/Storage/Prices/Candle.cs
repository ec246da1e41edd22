namespace HyphaMarket.Node.Storage.Prices;

/// <summary>What a market traded in one interval. Money is micro-credits a minute and unit.</summary>
/// <param name="TurnoverMicros">The sum of price times quantity; with <paramref name="Units"/> it gives the mean. It stays at 2^63 - 1 where it would be more (a million and a half trades of the largest kind), and the mean is too low then: one candle shall not keep others from being written.</param>
public sealed record Candle(long StartMs, long OpenMicros, long HighMicros, long LowMicros, long CloseMicros, long Units, long Trades, long TurnoverMicros)
{
    /// <summary>Weighted by units, rounded down.</summary>
    public long MeanMicros => TurnoverMicros / Units;
}
