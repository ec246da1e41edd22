using System.Numerics;

namespace HyphaMarket.Market.Books;

/// <summary>Looks through slots, as many at a time as the processor compares.</summary>
internal static class SlotScan
{
    /// <summary>The first place at or after <paramref name="at"/> of a slot below the bound, or -1.</summary>
    public static int IndexBelow(ReadOnlySpan<int> slots, int bound, int at)
    {
        var limit = new Vector<int>(bound);
        for (; at <= slots.Length - Vector<int>.Count; at += Vector<int>.Count)
        {
            if (Vector.LessThanAny(new Vector<int>(slots[at..]), limit)) break;
        }

        for (; at < slots.Length; at++)
        {
            if (slots[at] < bound) return at;
        }

        return -1;
    }
}
