using System.Runtime.CompilerServices;
using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Matching;

/// <summary>What a clearing rule decides once it has seen both sides: who takes part, and at which price.</summary>
/// <param name="Bids">The best so many bids take part.</param>
/// <param name="Asks">The best so many asks take part.</param>
/// <param name="Prices">What all buyers pay and all sellers get; null where each pair has its own mean.</param>
internal readonly record struct ClearingPlan(int Bids, int Asks, (MicroCredits Buy, MicroCredits Sell)? Prices)
{
    /// <summary>Everybody, each pair at the mean of its limits.</summary>
    public static ClearingPlan Pairwise { get; } = new(int.MaxValue, int.MaxValue, null);

    /// <summary>Nobody.</summary>
    public static ClearingPlan None { get; } = new(0, 0, null);

    /// <summary>What a pair with these limits trades at.</summary>
    public (MicroCredits Buy, MicroCredits Sell) PriceOf(MicroCredits bid, MicroCredits ask) => Prices ?? MeanOf(bid, ask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (MicroCredits Buy, MicroCredits Sell) MeanOf(MicroCredits bid, MicroCredits ask)
    {
        var mean = MicroCredits.FloorMean(bid, ask);
        return (mean, mean);
    }
}
