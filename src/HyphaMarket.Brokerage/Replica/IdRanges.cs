using System.Buffers;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Replica;

/// <summary>Ranges of a sorted list of record ids, and their fingerprints: SHA-256 over the ids in order.</summary>
internal static class IdRanges
{
    /// <summary>The range of all ids.</summary>
    public static IdRange Whole(ReadOnlySpan<RecordId> sorted) => Fingerprinted(sorted, default, null);

    public static IdRange Fingerprinted(ReadOnlySpan<RecordId> sorted, RecordId from, RecordId? to)
    {
        var (first, end) = Locate(sorted, from, to);
        var range = Bounds(from, to, end - first);
        range.Fingerprint = UnsafeByteOperations.UnsafeWrap(Fingerprint(sorted, first, end));
        return range;
    }

    public static IdRange Listed(ReadOnlySpan<RecordId> sorted, RecordId from, RecordId? to)
    {
        var (first, end) = Locate(sorted, from, to);
        var range = Bounds(from, to, end - first);
        range.Ids = new IdList();
        for (var i = first; i < end; i++) range.Ids.Ids.Add(sorted[i].Value.ToByteString());
        return range;
    }

    /// <summary>Indices [first, end) of the ids in [from, to).</summary>
    public static (int First, int End) Locate(ReadOnlySpan<RecordId> sorted, RecordId from, RecordId? to) =>
        (LowerBound(sorted, from), to is { } bound ? LowerBound(sorted, bound) : sorted.Length);

    public static byte[] Fingerprint(ReadOnlySpan<RecordId> sorted, int first, int end)
    {
        // Hashed at once: a call for each id would cost more than its hash.
        var length = (end - first) * Hash256.Size;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        for (var i = first; i < end; i++) sorted[i].Value.CopyTo(bytes.AsSpan((i - first) * Hash256.Size));
        var fingerprint = new byte[Hash256.Size];
        Sha256.HashData(bytes.AsSpan(0, length), fingerprint);
        ArrayPool<byte>.Shared.Return(bytes);
        return fingerprint;
    }

    public static bool TryReadBounds(IdRange range, out RecordId from, out RecordId? to)
    {
        to = null;
        if (!RecordId.TryFromBytes(range.From.Span, out from)) return false;
        if (range.To.IsEmpty) return true;
        if (!RecordId.TryFromBytes(range.To.Span, out var bound) || bound <= from) return false;
        to = bound;
        return true;
    }

    private static IdRange Bounds(RecordId from, RecordId? to, int count) => new()
    {
        From = from.Value.ToByteString(),
        To = to is { } bound ? bound.Value.ToByteString() : ByteString.Empty,
        Count = (uint)count,
    };

    private static int LowerBound(ReadOnlySpan<RecordId> sorted, RecordId id)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < id) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
