using System.Numerics;
using System.Runtime.CompilerServices;

namespace HyphaMarket.Market.Books;

/// <summary>Divides what lies between the best price and the worst into so many equal parts.</summary>
/// <remarks>A digit of the price would leave most parts empty wherever the prices do not fill a power of two.</remarks>
internal readonly struct PriceScale
{
    private readonly ulong _least;
    private readonly ulong _factor;
    private readonly int _shift;

    /// <param name="keys">Whose prices are meant; of no keys there is no scale.</param>
    /// <param name="parts">A power of two, at most 2^27.</param>
    // Inlined, since a call would need the scale's address, and what has one is read from memory for each key.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PriceScale(ReadOnlySpan<ulong> keys, int parts)
    {
        if (keys.IsEmpty) return;
        _least = KeyScan.Least(keys) & ~PackedKey.IndexMask;
        var prices = ((KeyScan.Largest(keys) - _least) >> PackedKey.IndexBits) + 1;
        // floor(d x parts / prices) without dividing each time. A distance d is below 2^37 and the factor at most 2^27, so that the product fits;
        // rounding the factor down keeps the last part the last, and the order of parts is that of prices all the same.
        _shift = BitOperations.Log2(prices) + PackedKey.IndexBits - BitOperations.Log2((uint)parts);
        _factor = (ulong)(((UInt128)(uint)parts << _shift) / prices);
    }

    /// <summary>The part that a key's price is in, from 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Of(ulong key) => (nint)((((key - _least) >> PackedKey.IndexBits) * _factor) >> _shift);
}
