using System.Text;

namespace HyphaMarket.Market.Canonical;

/// <summary>Writes the canonical subset of protobuf: fields ascending, defaults left out, integers, enums, strings, bytes and lists of these.</summary>
/// <remarks>
/// Protobuf itself promises no canonical form, and what is hashed must have exactly one. The numbering of a message is its
/// writer's; this class keeps the order and leaves out the defaults.
/// </remarks>
public sealed class CanonicalWriter
{
    private readonly List<byte> _bytes = [];
    private int _lastField;

    /// <summary>The bytes written so far.</summary>
    public byte[] ToArray() => [.. _bytes];

    /// <summary>An integer or enum that is not negative; left out when 0.</summary>
    public CanonicalWriter Integer(int field, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Enter(field);
        if (value == 0) return this;
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    /// <summary>A UTF-8 text; left out when empty.</summary>
    public CanonicalWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Bytes; left out when empty.</summary>
    public CanonicalWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Enter(field);
        if (!value.IsEmpty) Delimited(field, value);
        return this;
    }

    /// <summary>Texts in the given order, each an element of its own, empty ones too.</summary>
    public CanonicalWriter Texts(int field, IEnumerable<string> values)
    {
        Enter(field);
        foreach (var value in values) Delimited(field, Encoding.UTF8.GetBytes(value));
        return this;
    }

    /// <summary>Integers or enums in the given order, packed; left out when there are none.</summary>
    public CanonicalWriter Integers(int field, IEnumerable<long> values)
    {
        Enter(field);
        var packed = new CanonicalWriter();
        foreach (var value in values)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(values));
            packed.Varint((ulong)value);
        }

        if (packed._bytes.Count > 0) Delimited(field, packed.ToArray());
        return this;
    }

    private void Enter(int field)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(field, _lastField);
        _lastField = field;
    }

    private void Delimited(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        foreach (var b in value) _bytes.Add(b);
    }

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        _bytes.Add((byte)value);
    }
}
