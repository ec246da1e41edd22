using System.Numerics;
using System.Runtime.InteropServices;

namespace HyphaMarket.Market.Books;

/// <summary>Questions about unsorted keys that one pass answers, as many keys at a time as the processor compares.</summary>
internal static class KeyScan
{
    /// <summary>The smallest key; the keys must not be empty.</summary>
    public static ulong Least(ReadOnlySpan<ulong> keys)
    {
        var (least, at) = (ulong.MaxValue, 0);
        if (keys.Length >= Vector<ulong>.Count)
        {
            var vector = new Vector<ulong>(ulong.MaxValue);
            for (; at <= keys.Length - Vector<ulong>.Count; at += Vector<ulong>.Count) vector = Vector.Min(vector, new Vector<ulong>(keys[at..]));
            for (var lane = 0; lane < Vector<ulong>.Count; lane++) least = Math.Min(least, vector[lane]);
        }

        for (; at < keys.Length; at++) least = Math.Min(least, keys[at]);
        return least;
    }

    /// <summary>The largest key; the keys must not be empty.</summary>
    public static ulong Largest(ReadOnlySpan<ulong> keys)
    {
        var (largest, at) = (0UL, 0);
        if (keys.Length >= Vector<ulong>.Count)
        {
            var vector = Vector<ulong>.Zero;
            for (; at <= keys.Length - Vector<ulong>.Count; at += Vector<ulong>.Count) vector = Vector.Max(vector, new Vector<ulong>(keys[at..]));
            for (var lane = 0; lane < Vector<ulong>.Count; lane++) largest = Math.Max(largest, vector[lane]);
        }

        for (; at < keys.Length; at++) largest = Math.Max(largest, keys[at]);
        return largest;
    }

    /// <summary>How many keys are below one bound, and how many below a second one, which is not less.</summary>
    public static (int First, int Second) CountBelow(ReadOnlySpan<ulong> keys, ulong first, ulong second)
    {
        var vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(keys);
        var (lows, highs) = (Vector<ulong>.Zero, Vector<ulong>.Zero);
        var (firsts, seconds) = (new Vector<ulong>(first), new Vector<ulong>(second));
        foreach (var vector in vectors)
        {
            // A lane that is below is all ones, which is minus one.
            lows -= Vector.LessThan(vector, firsts);
            highs -= Vector.LessThan(vector, seconds);
        }

        var (low, high) = (Vector.Sum(lows), Vector.Sum(highs));
        foreach (var key in keys[(vectors.Length * Vector<ulong>.Count)..])
        {
            low += key < first ? 1UL : 0UL;
            high += key < second ? 1UL : 0UL;
        }

        return ((int)low, (int)high);
    }

    /// <summary>The first place at or after <paramref name="at"/> of a key with this price field, or -1.</summary>
    public static int IndexOfPrice(ReadOnlySpan<ulong> keys, ulong field, int at)
    {
        var wanted = new Vector<ulong>(field);
        var vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(keys[at..]);
        for (var i = 0; i < vectors.Length; i++, at += Vector<ulong>.Count)
        {
            if (Vector.EqualsAny(vectors[i] >>> PackedKey.IndexBits, wanted)) break;
        }

        for (; at < keys.Length; at++)
        {
            if (keys[at] >> PackedKey.IndexBits == field) return at;
        }

        return -1;
    }
}
