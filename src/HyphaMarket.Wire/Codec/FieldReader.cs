namespace HyphaMarket.Wire;

/// <summary>Walks over the fields of a protobuf message where its bytes lie, for readers that make no message of all of it.</summary>
/// <remarks>It decides about nothing: what it cannot read, protobuf's parser is to read or to refuse.</remarks>
/// <param name="message">Whose values are given away as parts of it.</param>
public ref struct FieldReader(ReadOnlyMemory<byte> message)
{
    /// <summary>The wire type of a number.</summary>
    public const int Varint = 0;

    /// <summary>The wire type of a value with a length: bytes, text, a message.</summary>
    public const int Bytes = 2;

    private const int Fixed64 = 1, Fixed32 = 5;

    /// <summary>Seven bits each: numbers below 2^63. Larger ones are rare and negative ones wrong, but they may be passed over.</summary>
    private const int MostVarintBytes = 9;

    private readonly ReadOnlyMemory<byte> _message = message;
    private readonly ReadOnlySpan<byte> _bytes = message.Span;

    /// <summary>Bytes read.</summary>
    public int At { get; private set; }

    public readonly bool IsAtEnd => At >= _bytes.Length;

    /// <summary>The next byte, which is the whole tag of fields 1 to 15. Not at the end.</summary>
    public byte Byte() => _bytes[At++];

    public bool TryVarint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < MostVarintBytes && At < _bytes.Length; i++)
        {
            var next = _bytes[At++];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80) return true;
        }

        return false;
    }

    /// <summary>A length and so many bytes.</summary>
    public bool TryBytes(out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (!TryVarint(out var length) || length > (ulong)(_bytes.Length - At)) return false;
        bytes = _message.Slice(At, (int)length);
        At += (int)length;
        return true;
    }

    /// <summary>Passes over the value of a tag. Groups, which nobody writes any more, it does not.</summary>
    public bool TrySkip(ulong tag)
    {
        switch (tag & 7)
        {
            case Varint: return TrySkipVarint();
            case Bytes: return TryBytes(out _);
            case Fixed64: return TryAdvance(sizeof(ulong));
            case Fixed32: return TryAdvance(sizeof(uint));
            default: return false;
        }
    }

    private bool TrySkipVarint()
    {
        for (var i = 0; i <= MostVarintBytes && At < _bytes.Length; i++)
        {
            if (_bytes[At++] < 0x80) return true;
        }

        return false;
    }

    private bool TryAdvance(int bytes)
    {
        if (_bytes.Length - At < bytes) return false;
        At += bytes;
        return true;
    }
}
