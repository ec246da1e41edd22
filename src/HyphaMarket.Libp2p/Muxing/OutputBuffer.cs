namespace HyphaMarket.Libp2p.Muxing;

/// <summary>Frames in the order in which they leave, in one pooled array, so that many frames are one write.</summary>
/// <remarks>An empty buffer holds no array: an idle connection costs nothing. The array it rents first is as large as the last one was full.</remarks>
internal sealed class OutputBuffer
{
    private const int SmallestArray = 1_024;

    private byte[]? _array;
    private int _lastCount;

    /// <summary>Bytes held.</summary>
    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Count);

    public void AppendFrame(in YamuxHeader header, ReadOnlySpan<byte> payload)
    {
        var destination = Reserve(YamuxHeader.Size + payload.Length);
        header.Write(destination);
        payload.CopyTo(destination[YamuxHeader.Size..]);
    }

    /// <summary>Empties the buffer; its array goes back unless more is coming.</summary>
    public void Clear(bool keepArray)
    {
        _lastCount = Count;
        Count = 0;
        if (_array is null || keepArray) return;
        BulkBuffers.Return(_array);
        _array = null;
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_array is null) _array = BulkBuffers.Rent(Math.Max(Math.Max(bytes, _lastCount), SmallestArray));
        else if (_array.Length - Count < bytes)
        {
            var larger = BulkBuffers.Rent(Math.Max(Count + bytes, _array.Length * 2));
            _array.AsSpan(0, Count).CopyTo(larger);
            BulkBuffers.Return(_array);
            _array = larger;
        }
        var span = _array.AsSpan(Count, bytes);
        Count += bytes;
        return span;
    }
}
