namespace HyphaMarket.Libp2p.Kademlia.Messages;

/// <summary>Reads protobuf fields from a span without allocating, so that bounds hold before anything is copied.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Reads one field. Length-delimited content is in <paramref name="content"/>, a varint in <paramref name="number"/>.</summary>
    /// <returns>False at the end, or at damage: then <see cref="IsDamaged"/> is set.</returns>
    public bool TryRead(out int field, out ReadOnlySpan<byte> content, out ulong number)
    {
        field = 0;
        content = default;
        number = 0;
        if (_rest.IsEmpty || IsDamaged) return false;
        if (!TryReadVarint(out var tag) || tag >> 3 is 0 or > int.MaxValue) return Damaged();
        field = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                return TryReadVarint(out number) || Damaged();
            case 1:
                return TryTake(8, out _) || Damaged();
            case 2:
                return (TryReadVarint(out var length) && TryTake(length, out content)) || Damaged();
            case 5:
                return TryTake(4, out _) || Damaged();
            default:
                // Groups (3 and 4) left the language long ago; nobody sends them.
                return Damaged();
        }
    }

    public bool IsDamaged { get; private set; }

    private bool Damaged()
    {
        IsDamaged = true;
        return false;
    }

    private bool TryTake(ulong length, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (length > (ulong)_rest.Length) return false;
        taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    private bool TryReadVarint(out ulong value)
    {
        value = 0;
        // A 64-bit varint has at most ten bytes.
        for (var i = 0; i < 10 && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7f) << (7 * i);
            if (_rest[i] >= 0x80) continue;
            _rest = _rest[(i + 1)..];
            return true;
        }
        return false;
    }
}
