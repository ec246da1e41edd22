using System.Runtime.CompilerServices;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Books;

/// <summary>An offer's place on its side as one integer: the price in the high bits, where the offer lies in the arrays in the low ones.</summary>
/// <remarks>Smaller is better on both sides, since a bid's price is stored as its distance from the highest. So comparing, selecting and sorting never touch the offer.</remarks>
internal static class PackedKey
{
    /// <summary>134 million places: more than the memory of a market's broker is for.</summary>
    public const int IndexBits = 27;

    /// <summary>What is left: prices below 2^37 micro-credits, of which <see cref="OfferLimits.MaxPrice"/> is 73 %.</summary>
    public const int PriceBits = 64 - IndexBits;

    public const ulong IndexMask = (1UL << IndexBits) - 1;
    private const ulong HighestPrice = (1UL << PriceBits) - 1;

    /// <summary>Whether a price has a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds(MicroCredits price) => (ulong)price.Value <= HighestPrice;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Pack(Side side, MicroCredits price, int index) => Pack(Field(side, price), index);

    /// <param name="field">As <see cref="Field"/> gives it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Pack(ulong field, int index) => (field << IndexBits) | (uint)index;

    /// <summary>The price alone, smaller is better.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Field(Side side, MicroCredits price) => side == Side.Bid ? HighestPrice - (ulong)price.Value : (ulong)price.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexOf(ulong key) => (int)(key & IndexMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long PriceOf(Side side, ulong key) => (long)(side == Side.Bid ? HighestPrice - (key >> IndexBits) : key >> IndexBits);
}
