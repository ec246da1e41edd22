using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Replica;

/// <summary>
/// Range-based set reconciliation: two replicas compare fingerprints of id ranges, split those that differ, list the small ones, and
/// learn exactly which records each lacks. Pure: state is the two sorted lists and the ranges in the messages.
/// </summary>
/// <remarks>
/// Each round splits a differing range by 16, so the rounds grow with the logarithm of the set; a session ends after <see cref="MaxRounds"/>.
/// A range is never dropped: what cannot be split within <see cref="MaxRanges"/> comes back whole and is split in the next round.
/// </remarks>
public static class SetReconciliation
{
    /// <summary>Requests in a session. Two sets of 3,000 ids with nothing in common need three, of 10,000 six; what is left then is for the next session.</summary>
    public const int MaxRounds = 8;

    /// <summary>The most ranges in a message: sets of 16^2 * 32 ids with nothing in common still fit, and the message stays near 1 MiB when all are listed.</summary>
    public const int MaxRanges = 1024;

    /// <summary>The most ids listed in a message, over all its ranges: 1 MiB.</summary>
    public const int MaxListedIds = MaxRanges * ListBelow;

    /// <summary>A range with at most so many ids on either side is listed instead of split.</summary>
    public const int ListBelow = 32;

    private const int Fanout = 16;

    /// <summary>What a reply to some ranges says.</summary>
    /// <param name="Ranges">Ranges still to be settled, as I see them.</param>
    /// <param name="TheyLack">Ids that I have and the other, who listed its own, did not list.</param>
    /// <param name="ILack">Ids that the other listed and I do not have.</param>
    /// <param name="IsMalformed">The ranges broke the form: the peer is faulty and the session ends.</param>
    public sealed record Step(IReadOnlyList<IdRange> Ranges, IReadOnlyList<RecordId> TheyLack, IReadOnlyList<RecordId> ILack, bool IsMalformed)
    {
        internal static Step Malformed { get; } = new([], [], [], true);
    }

    /// <summary>Opens a session with the fingerprint of everything.</summary>
    public static IReadOnlyList<IdRange> Open(ReadOnlySpan<RecordId> mine) => [IdRanges.Whole(mine)];

    /// <summary>Works on the other's ranges; both sides use it in turn until no range is left.</summary>
    /// <param name="mine">Ascending.</param>
    /// <param name="theirs">As received: ascending and without overlap, or the step is malformed.</param>
    /// <param name="listBack">
    /// Answers a list with my own list of the range, where I have what the other lacks. For the side that does not send all those records
    /// along; the other then fetches what it lacks.
    /// </param>
    public static Step Continue(ReadOnlySpan<RecordId> mine, IReadOnlyList<IdRange> theirs, bool listBack = false)
    {
        ArgumentNullException.ThrowIfNull(theirs);
        if (theirs.Count > MaxRanges) return Step.Malformed;

        var (ranges, theyLack, iLack) = (new List<IdRange>(), new List<RecordId>(), new List<RecordId>());
        var (listed, listedBack, reached, isOpenEnded) = (0, 0, default(RecordId), false);
        for (var i = 0; i < theirs.Count; i++)
        {
            var range = theirs[i];
            if (!IdRanges.TryReadBounds(range, out var from, out var to) || isOpenEnded || (i > 0 && from < reached)) return Step.Malformed;
            (reached, isOpenEnded) = (to ?? default, to is null);
            var (first, end) = IdRanges.Locate(mine, from, to);
            switch (range.ContentCase)
            {
                case IdRange.ContentOneofCase.Fingerprint:
                    // Another number of ids is another set, which need not be hashed to be told.
                    if (range.Count == end - first && range.Fingerprint.Span.SequenceEqual(IdRanges.Fingerprint(mine, first, end))) break;
                    if (end - first <= ListBelow) ranges.Add(IdRanges.Listed(mine, from, to));
                    // They have few: the same range with my fingerprint makes them list theirs. So does one that no longer fits in parts.
                    else if (range.Count <= ListBelow || ranges.Count + Fanout + (theirs.Count - i - 1) > MaxRanges) ranges.Add(IdRanges.Fingerprinted(mine, from, to));
                    else Split(mine, from, to, first, end, ranges);
                    break;
                case IdRange.ContentOneofCase.Ids:
                    if ((listed += range.Ids.Ids.Count) > MaxListedIds || range.Count != range.Ids.Ids.Count) return Step.Malformed;
                    var before = theyLack.Count;
                    if (!Compare(mine, first, end, range.Ids, from, to, theyLack, iLack)) return Step.Malformed;
                    if (!listBack || theyLack.Count == before) break;
                    if ((listedBack += end - first) <= MaxListedIds) ranges.Add(IdRanges.Listed(mine, from, to));
                    else if (ranges.Count + Fanout + (theirs.Count - i - 1) <= MaxRanges) Split(mine, from, to, first, end, ranges);
                    else ranges.Add(IdRanges.Fingerprinted(mine, from, to));
                    break;
                default:
                    return Step.Malformed;
            }
        }

        return new Step(ranges, theyLack, iLack, false);
    }

    private static void Split(ReadOnlySpan<RecordId> mine, RecordId from, RecordId? to, int first, int end, List<IdRange> ranges)
    {
        var start = from;
        for (var part = 1; part <= Fanout; part++)
        {
            // Cuts at ids of ours, so that every part holds about as many of them.
            var cut = part == Fanout ? to : mine[first + (int)((long)(end - first) * part / Fanout)];
            ranges.Add(IdRanges.Fingerprinted(mine, start, cut));
            if (cut is { } next) start = next;
        }
    }

    /// <summary>Merges two ascending lists; false where the other's is not ascending or leaves its range.</summary>
    private static bool Compare(ReadOnlySpan<RecordId> mine, int first, int end, IdList list, RecordId from, RecordId? to, List<RecordId> theyLack, List<RecordId> iLack)
    {
        var next = first;
        RecordId? previous = null;
        foreach (var bytes in list.Ids)
        {
            if (!RecordId.TryFromBytes(bytes.Span, out var id) || id < from || id >= to || id <= previous) return false;
            previous = id;
            while (next < end && mine[next] < id) theyLack.Add(mine[next++]);
            if (next < end && mine[next] == id) next++;
            else iLack.Add(id);
        }

        while (next < end) theyLack.Add(mine[next++]);
        return true;
    }
}
