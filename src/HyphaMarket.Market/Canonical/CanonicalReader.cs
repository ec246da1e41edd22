using System.Text;

namespace HyphaMarket.Market.Canonical;

/// <summary>Reads what <see cref="CanonicalWriter"/> writes. Anything it cannot read makes it fail once and for all, without an exception.</summary>
/// <remarks>It accepts some bytes that are not canonical; a parser therefore writes its result again and compares.</remarks>
public ref struct CanonicalReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = bytes;
    private bool _isDelimited;

    /// <summary>Whether something could not be read; everything read is worthless then.</summary>
    public bool Failed { get; private set; }

    /// <summary>The number of the field just entered.</summary>
    public int Field { get; private set; }

    /// <summary>Enters the next field; false at the end or after a failure.</summary>
    public bool Next()
    {
        if (Failed || _rest.IsEmpty) return false;
        var key = Varint();
        _isDelimited = (key & 7) == 2;
        if ((key & 7) is not (0 or 2) || key >> 3 is 0 or > 1_000) Failed = true;
        Field = (int)(key >> 3);
        return !Failed;
    }

    /// <summary>The integer of this field; 0 after a failure.</summary>
    public long Integer()
    {
        if (_isDelimited) Failed = true;
        return Failed ? 0 : Positive(Varint());
    }

    /// <summary>The same as an <see cref="int"/>; a larger value is a failure.</summary>
    public int Int32()
    {
        var value = Integer();
        if (value <= int.MaxValue) return (int)value;
        Failed = true;
        return 0;
    }

    /// <summary>The bytes of this field.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var length = _isDelimited ? Varint() : ulong.MaxValue;
        if (Failed || length > (ulong)_rest.Length)
        {
            Failed = true;
            return [];
        }

        var value = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return value;
    }

    /// <summary>The text of this field; empty after a failure, such as bytes that are not UTF-8.</summary>
    public string Text()
    {
        var value = Bytes();
        if (System.Text.Unicode.Utf8.IsValid(value)) return StrictUtf8.GetString(value);
        Failed = true;
        return "";
    }

    /// <summary>The packed integers of this field.</summary>
    public List<long> Integers()
    {
        var packed = new CanonicalReader(Bytes());
        var values = new List<long>();
        while (!packed.Failed && !packed._rest.IsEmpty) values.Add(packed.Positive(packed.Varint()));
        Failed |= packed.Failed;
        return values;
    }

    private long Positive(ulong value)
    {
        if (value <= long.MaxValue) return (long)value;
        Failed = true;
        return 0;
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64 && !_rest.IsEmpty; shift += 7)
        {
            var b = _rest[0];
            _rest = _rest[1..];
            if (shift == 63 && b > 1) break;
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }

        Failed = true;
        return 0;
    }
}
