using HyphaMarket.Market.Ids;

namespace HyphaMarket.Wire;

/// <summary>SHA-256(domain tag + body): what a record says, whoever authorised it and however.</summary>
public readonly record struct RecordId(Hash256 Value) : IComparable<RecordId>
{
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out RecordId id)
    {
        var ok = Hash256.TryFromBytes(bytes, out var value);
        id = new RecordId(value);
        return ok;
    }

    public int CompareTo(RecordId other) => Value.CompareTo(other.Value);
    public static bool operator <(RecordId left, RecordId right) => left.Value < right.Value;
    public static bool operator >(RecordId left, RecordId right) => left.Value > right.Value;
    public static bool operator <=(RecordId left, RecordId right) => left.Value <= right.Value;
    public static bool operator >=(RecordId left, RecordId right) => left.Value >= right.Value;
    public override string ToString() => Value.ToString();
}
