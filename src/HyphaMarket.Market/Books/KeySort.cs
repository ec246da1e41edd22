using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HyphaMarket.Market.Books;

/// <summary>Sorts packed keys by price: a radix sort that looks at the bits in which prices really differ and at no others.</summary>
internal static class KeySort
{
    /// <summary>Up to here moving keys one by one costs less than counting them.</summary>
    public const int Few = 24;

    private const int Bits = 8;

    /// <summary>Sorts by price, equal prices in any order.</summary>
    /// <param name="scratch">At least as long as the keys, and changed.</param>
    public static void Sort(Span<ulong> keys, Span<ulong> scratch)
    {
        if (keys.Length <= Few)
        {
            Insert(keys);
            return;
        }

        var differing = Differing(keys);
        if (differing == 0) return;
        var low = BitOperations.TrailingZeroCount(differing);
        var bits = 64 - BitOperations.LeadingZeroCount(differing) - low;
        var passes = (bits + Bits - 1) / Bits;
        Span<int> ends = stackalloc int[1 << Bits];
        var from = keys;
        var to = scratch[..keys.Length];
        for (var pass = 0; pass < passes; pass++)
        {
            Scatter(from, to, ends, low + pass * Bits);
            var swapped = from;
            from = to;
            to = swapped;
        }

        if (passes % 2 == 1) from.CopyTo(keys);
    }

    /// <summary>The bits in which the prices of keys differ, where they are in the keys.</summary>
    public static ulong Differing(ReadOnlySpan<ulong> keys)
    {
        var (differing, at) = (0UL, 0);
        if (keys.Length >= Vector<ulong>.Count)
        {
            var (all, first) = (Vector<ulong>.Zero, new Vector<ulong>(keys[0]));
            for (; at <= keys.Length - Vector<ulong>.Count; at += Vector<ulong>.Count) all |= new Vector<ulong>(keys[at..]) ^ first;
            for (var lane = 0; lane < Vector<ulong>.Count; lane++) differing |= all[lane];
        }

        for (; at < keys.Length; at++) differing |= keys[at] ^ keys[0];
        return differing & ~PackedKey.IndexMask;
    }

    /// <summary>Copies keys in the order of one digit, equal digits in the order they have.</summary>
    /// <param name="ends">As long as there are digits, a power of two; gets where each digit's keys end.</param>
    /// <param name="shift">The digit's lowest bit.</param>
    private static void Scatter(ReadOnlySpan<ulong> from, Span<ulong> to, Span<int> ends, int shift)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to.Length, from.Length);
        if (!BitOperations.IsPow2(ends.Length)) throw new ArgumentException("Digits must be a power of two.", nameof(ends));
        var mask = (ulong)ends.Length - 1;
        ends.Clear();
        // Without the checks of indices: a digit is below the mask, and the ends count what comes, so that none is behind the last.
        ref var end = ref MemoryMarshal.GetReference(ends);
        ref var target = ref MemoryMarshal.GetReference(to);
        foreach (var key in from) Unsafe.Add(ref end, (nint)((key >> shift) & mask))++;
        var at = 0;
        foreach (ref var digit in ends) (digit, at) = (at, at + digit);
        foreach (var key in from) Unsafe.Add(ref target, Unsafe.Add(ref end, (nint)((key >> shift) & mask))++) = key;
    }

    /// <summary>Copies keys into buckets of equal width between the best price and the worst, in the order of the buckets.</summary>
    /// <param name="ends">As long as there are buckets, a power of two; gets where each bucket's keys end.</param>
    public static void Deal(ReadOnlySpan<ulong> from, Span<ulong> to, Span<int> ends)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to.Length, from.Length);
        var scale = new PriceScale(from, ends.Length);
        FindStarts(from, ends, scale);
        ref var end = ref MemoryMarshal.GetReference(ends);
        ref var target = ref MemoryMarshal.GetReference(to);
        foreach (var key in from) Unsafe.Add(ref target, Unsafe.Add(ref end, scale.Of(key))++) = key;
    }

    /// <summary>The same of offers, each with its row.</summary>
    /// <param name="rows">By where the offers of the keys lie.</param>
    public static void Deal(ReadOnlySpan<ulong> from, ReadOnlySpan<OfferRow> rows, Span<DealtOffer> to, Span<int> ends)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to.Length, from.Length);
        var scale = new PriceScale(from, ends.Length);
        FindStarts(from, ends, scale);
        ref var end = ref MemoryMarshal.GetReference(ends);
        ref var target = ref MemoryMarshal.GetReference(to);
        foreach (var key in from)
        {
            ref var dealt = ref Unsafe.Add(ref target, Unsafe.Add(ref end, scale.Of(key))++);
            dealt.Key = key;
            dealt.Row = rows[PackedKey.IndexOf(key)];
        }
    }

    /// <summary>Counts what goes into each bucket, and so where it begins.</summary>
    private static void FindStarts(ReadOnlySpan<ulong> keys, Span<int> starts, PriceScale scale)
    {
        starts.Clear();
        ref var start = ref MemoryMarshal.GetReference(starts);
        foreach (var key in keys) Unsafe.Add(ref start, scale.Of(key))++;
        var at = 0;
        foreach (ref var bucket in starts) (bucket, at) = (at, at + bucket);
    }

    /// <summary>Sorts keys that are nearly where they belong.</summary>
    public static void Insert(Span<ulong> keys)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            var key = keys[i];
            if (keys[i - 1] <= key) continue;
            var at = i;
            do keys[at] = keys[at - 1];
            while (--at > 0 && keys[at - 1] > key);
            keys[at] = key;
        }
    }

    /// <summary>Where the sorted keys of the same price as the one at <paramref name="start"/> end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int EndOfTie(ReadOnlySpan<ulong> sorted, int start)
    {
        var price = sorted[start] >> PackedKey.IndexBits;
        do start++;
        while (start < sorted.Length && sorted[start] >> PackedKey.IndexBits == price);
        return start;
    }
}
