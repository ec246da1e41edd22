namespace HyphaMarket.Market.Books;

/// <summary>Sorts packed keys by price: a radix sort from the lowest digit that looks at the bits in which prices really differ and at no others.</summary>
internal static class KeySort
{
    /// <summary>256 counters fit the first cache beside the keys; from here on fewer passes are worth 2,048.</summary>
    private const int FewKeys = 16_384;

    private const int MostBits = 11;

    /// <summary>Sorts by price, equal prices in the order they have.</summary>
    /// <param name="scratch">As long as the keys, and changed.</param>
    /// <returns>The one of the two arrays that holds the result.</returns>
    public static ulong[] Sort(ulong[] keys, ulong[] scratch, int count)
    {
        if (count < 2) return keys;
        var differing = 0UL;
        var first = keys[0];
        foreach (var key in keys.AsSpan(0, count)) differing |= key ^ first;
        differing >>= PackedKey.IndexBits;
        if (differing == 0) return keys;

        var low = System.Numerics.BitOperations.TrailingZeroCount(differing);
        var bits = 64 - System.Numerics.BitOperations.LeadingZeroCount(differing) - low;
        var most = count < FewKeys ? 8 : MostBits;
        var passes = (bits + most - 1) / most;
        var width = (bits + passes - 1) / passes;
        Span<int> counts = stackalloc int[1 << MostBits];
        counts = counts[..(1 << width)];
        var shift = PackedKey.IndexBits + low;
        for (var pass = 0; pass < passes; pass++, shift += width)
        {
            Pass(keys.AsSpan(0, count), scratch.AsSpan(0, count), counts, shift);
            (keys, scratch) = (scratch, keys);
        }

        return keys;
    }

    /// <summary>Where the sorted keys of the same price as the one at <paramref name="start"/> end.</summary>
    public static int EndOfTie(ReadOnlySpan<ulong> sorted, int start)
    {
        var price = sorted[start] >> PackedKey.IndexBits;
        do start++;
        while (start < sorted.Length && sorted[start] >> PackedKey.IndexBits == price);
        return start;
    }

    private static void Pass(ReadOnlySpan<ulong> from, Span<ulong> to, Span<int> counts, int shift)
    {
        var mask = (ulong)counts.Length - 1;
        counts.Clear();
        foreach (var key in from) counts[(int)((key >> shift) & mask)]++;
        var at = 0;
        for (var digit = 0; digit < counts.Length; digit++) (counts[digit], at) = (at, at + counts[digit]);
        foreach (var key in from) to[counts[(int)((key >> shift) & mask)]++] = key;
    }
}
