namespace HyphaMarket.Libp2p.Protobuf;

/// <summary>Walks the fields of one protobuf message without allocating, so that its caller can count before it builds.</summary>
/// <remarks>Source: protobuf.dev, "Encoding". Every method answers false, and never throws, where the bytes are malformed.</remarks>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Offset of the next byte.</summary>
    public int Position { get; private set; }

    /// <summary>Whether a varint was longer than it needs to be; such bytes are readable but not canonical.</summary>
    public bool SawOverlongVarint { get; private set; }

    public readonly bool AtEnd => Position == _bytes.Length;

    /// <summary>Whether <see cref="TryReadField"/> ended at bytes that are no field.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>Reads one field, whatever its type: the content of one with a length, the number of a varint; others are stepped over.</summary>
    /// <returns>False at the end, or at damage: then <see cref="IsDamaged"/> is set.</returns>
    public bool TryReadField(out int field, out ReadOnlySpan<byte> content, out ulong number)
    {
        field = 0;
        content = default;
        number = 0;
        if (AtEnd || IsDamaged) return false;
        IsDamaged = !TryReadTag(out field, out var type) || !(type switch
        {
            WireType.Varint => TryReadVarint(out number),
            WireType.Bytes => TryReadBytes(out content),
            _ => TrySkip(type),
        });
        return !IsDamaged;
    }

    public bool TryReadTag(out int field, out WireType type)
    {
        field = 0;
        type = default;
        // A field number has 29 bits, so a tag fits 32.
        if (!TryReadVarint(out var tag) || tag > uint.MaxValue || tag >> 3 == 0) return false;
        field = (int)(tag >> 3);
        type = (WireType)(tag & 7);
        return type is WireType.Varint or WireType.Fixed64 or WireType.Bytes or WireType.Fixed32;
    }

    public bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70 && Position < _bytes.Length; shift += 7)
        {
            var group = _bytes[Position++];
            // The tenth byte holds the last single bit of 64.
            if (shift == 63 && group > 1) return false;
            value |= (ulong)(group & 0x7F) << shift;
            if (group >= 0x80) continue;
            if (group == 0 && shift > 0) SawOverlongVarint = true;
            return true;
        }
        return false;
    }

    public bool TryReadBytes(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryReadVarint(out var length) || length > (ulong)(_bytes.Length - Position)) return false;
        value = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return true;
    }

    /// <summary>Steps over the value of a field that we do not know.</summary>
    public bool TrySkip(WireType type)
    {
        switch (type)
        {
            case WireType.Varint:
                return TryReadVarint(out _);
            case WireType.Bytes:
                return TryReadBytes(out _);
            default:
                var width = type == WireType.Fixed64 ? 8 : 4;
                if (width > _bytes.Length - Position) return false;
                Position += width;
                return true;
        }
    }
}
