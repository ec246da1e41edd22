using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Replica;

/// <summary>
/// Range-based set reconciliation: two replicas compare fingerprints of id ranges, split those that differ, list the small ones, and
/// learn exactly which records each lacks. Pure: state is the two sorted lists and the ranges in the messages.
/// </summary>
/// <remarks>Each round splits a differing range by 16, so the rounds grow with the logarithm of the set; a session ends after <see cref="MaxRounds"/>.</remarks>
public static class SetReconciliation
{
    /// <summary>Enough for 16^4 * 32 ids; an honest pair needs no more.</summary>
    public const int MaxRounds = 8;

    /// <summary>The most ranges in a message.</summary>
    public const int MaxRanges = 64;

    /// <summary>A range with at most so many ids on either side is listed instead of split.</summary>
    public const int ListBelow = 32;

    private const int Fanout = 16;

    /// <summary>What a reply to some ranges says.</summary>
    /// <param name="Ranges">Ranges still to be settled, as I see them.</param>
    /// <param name="TheyLack">Ids that I have and the other listed no.</param>
    /// <param name="ILack">Ids that the other listed and I do not have.</param>
    /// <param name="IsMalformed">The ranges broke the form: the peer is faulty and the session ends.</param>
    public sealed record Step(IReadOnlyList<IdRange> Ranges, IReadOnlyList<RecordId> TheyLack, IReadOnlyList<RecordId> ILack, bool IsMalformed);

    /// <summary>Opens a session with the fingerprint of everything.</summary>
    public static IReadOnlyList<IdRange> Open(IReadOnlyList<RecordId> mine) => [IdRanges.Whole(mine)];

    /// <summary>Works on the other's ranges; both sides use it in turn until no range is left.</summary>
    public static Step Continue(IReadOnlyList<RecordId> mine, IReadOnlyList<IdRange> theirs)
    {
        ArgumentNullException.ThrowIfNull(mine);
        ArgumentNullException.ThrowIfNull(theirs);
        if (theirs.Count > MaxRanges) return new Step([], [], [], true);

        var (ranges, theyLack, iLack) = (new List<IdRange>(), new List<RecordId>(), new List<RecordId>());
        foreach (var range in theirs)
        {
            if (!IdRanges.TryReadBounds(range, out var from, out var to)) return new Step([], [], [], true);
            var (first, end) = IdRanges.Locate(mine, from, to);
            switch (range.ContentCase)
            {
                case IdRange.ContentOneofCase.Fingerprint:
                    if (range.Fingerprint.Span.SequenceEqual(IdRanges.Fingerprint(mine, first, end))) break;
                    if (end - first <= ListBelow) ranges.Add(IdRanges.Listed(mine, from, to));
                    // They have few: the same range with my fingerprint makes them list theirs.
                    else if (range.Count <= ListBelow) ranges.Add(IdRanges.Fingerprinted(mine, from, to));
                    else Split(mine, from, to, first, end, ranges);
                    break;
                case IdRange.ContentOneofCase.Ids:
                    if (!Compare(mine, first, end, range.Ids, theyLack, iLack)) return new Step([], [], [], true);
                    break;
                default:
                    return new Step([], [], [], true);
            }
        }

        // What does not fit in one message is found by the next session: fewer ranges now, never more.
        if (ranges.Count > MaxRanges) ranges.RemoveRange(MaxRanges, ranges.Count - MaxRanges);
        return new Step(ranges, theyLack, iLack, false);
    }

    private static void Split(IReadOnlyList<RecordId> mine, RecordId from, RecordId? to, int first, int end, List<IdRange> ranges)
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

    private static bool Compare(IReadOnlyList<RecordId> mine, int first, int end, IdList list, List<RecordId> theyLack, List<RecordId> iLack)
    {
        var theirs = new HashSet<RecordId>();
        foreach (var bytes in list.Ids)
        {
            if (!RecordId.TryFromBytes(bytes.Span, out var id) || !theirs.Add(id)) return false;
        }

        for (var i = first; i < end; i++)
        {
            if (!theirs.Remove(mine[i])) theyLack.Add(mine[i]);
        }

        iLack.AddRange(theirs.Order());
        return true;
    }
}
