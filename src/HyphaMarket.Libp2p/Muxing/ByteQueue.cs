namespace HyphaMarket.Libp2p.Muxing;

/// <summary>Bytes in order, in pooled segments: what a stream has received and nobody has read.</summary>
/// <remarks>A segment is filled before another is rented, so that one-byte frames cannot pin more memory than they carry (but for one segment).</remarks>
internal struct ByteQueue
{
    /// <summary>A small request fits one; thousands of streams with one byte each stay small.</summary>
    private const int SmallestSegment = 2 * 1024;

    private const int LargestSegment = 64 * 1024;

    private Segment[]? _ring;
    private int _head;
    private int _count;

    /// <summary>Bytes held.</summary>
    public int Length { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        if (_count > 0)
        {
            ref var tail = ref _ring![(_head + _count - 1) & (_ring.Length - 1)];
            var room = Math.Min(tail.Array.Length - tail.End, bytes.Length);
            bytes[..room].CopyTo(tail.Array.AsSpan(tail.End));
            tail.End += room;
            bytes = bytes[room..];
        }
        while (!bytes.IsEmpty)
        {
            var array = BulkBuffers.Rent(Math.Clamp(bytes.Length, SmallestSegment, LargestSegment));
            var take = Math.Min(array.Length, bytes.Length);
            bytes[..take].CopyTo(array);
            Push(new Segment { Array = array, End = take });
            bytes = bytes[take..];
        }
    }

    /// <summary>Moves the first bytes out; returns how many.</summary>
    public int Read(Span<byte> destination)
    {
        var read = 0;
        while (_count > 0 && read < destination.Length)
        {
            ref var head = ref _ring![_head];
            var take = Math.Min(head.End - head.Start, destination.Length - read);
            head.Array.AsSpan(head.Start, take).CopyTo(destination[read..]);
            head.Start += take;
            read += take;
            if (head.Start == head.End) Pop();
        }
        Length -= read;
        return read;
    }

    /// <summary>Gives every segment back.</summary>
    public void Clear()
    {
        while (_count > 0) Pop();
        Length = 0;
    }

    private void Push(Segment segment)
    {
        if (_ring is null) _ring = new Segment[2];
        else if (_count == _ring.Length)
        {
            var larger = new Segment[_ring.Length * 2];
            for (var i = 0; i < _count; i++) larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
            _ring = larger;
            _head = 0;
        }
        _ring[(_head + _count) & (_ring.Length - 1)] = segment;
        _count++;
    }

    private void Pop()
    {
        BulkBuffers.Return(_ring![_head].Array);
        _ring[_head] = default;
        _head = (_head + 1) & (_ring.Length - 1);
        _count--;
    }

    private struct Segment
    {
        public byte[] Array;
        public int Start;
        public int End;
    }
}
