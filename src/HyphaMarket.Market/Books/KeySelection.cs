using System.Numerics;

namespace HyphaMarket.Market.Books;

/// <summary>Puts the best keys of an array first, in no order: what bounding a side needs, for far less than sorting costs.</summary>
/// <remarks>By the highest digit that differs, and again within the one digit that the bound falls into: linear whatever prices traders choose, as a pivot would not be.</remarks>
internal static class KeySelection
{
    private const int Bits = 8;

    /// <summary>Rearranges keys so that the first <paramref name="best"/> are the best by the order.</summary>
    /// <param name="scratch">As long as the keys, and changed.</param>
    /// <param name="order">By price, then whatever it takes to be a total order; asked only about equal prices. A delegate that is kept: of a comparer sorting would make one each time.</param>
    public static void Select(Span<ulong> keys, int best, Span<ulong> scratch, Comparison<ulong> order)
    {
        while (best > 0 && best < keys.Length)
        {
            var differing = KeySort.Differing(keys);
            if (differing == 0)
            {
                keys.Sort(order);
                return;
            }

            var shift = Math.Max(PackedKey.IndexBits, 64 - BitOperations.LeadingZeroCount(differing) - Bits);
            var (below, within) = Partition(keys, best, scratch, shift);
            keys = keys.Slice(below, within);
            best -= below;
        }
    }

    /// <summary>Better digits first, then the digit that the bound falls into, then the worse.</summary>
    private static (int Below, int Within) Partition(Span<ulong> keys, int best, Span<ulong> scratch, int shift)
    {
        const ulong Mask = (1UL << Bits) - 1;
        Span<int> counts = stackalloc int[1 << Bits];
        counts.Clear();
        foreach (var key in keys) counts[(int)((key >> shift) & Mask)]++;
        var (digit, below) = (0, 0);
        while (below + counts[digit] < best) below += counts[digit++];
        // Where each of the three kinds goes next; which one a key is nobody can predict, so no branch is taken on it.
        Span<int> at = [0, below, below + counts[digit]];
        foreach (var key in keys)
        {
            var its = (int)((key >> shift) & Mask);
            scratch[at[(its >= digit ? 1 : 0) + (its > digit ? 1 : 0)]++] = key;
        }

        scratch[..keys.Length].CopyTo(keys);
        return (below, counts[digit]);
    }
}
