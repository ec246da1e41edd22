namespace HyphaMarket.Market.Ids;

/// <summary>The record id of an offer: SHA-256(domain tag + body).</summary>
public readonly record struct OfferId(Hash256 Value) : IComparable<OfferId>
{
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out OfferId id)
    {
        var ok = Hash256.TryFromBytes(bytes, out var value);
        id = new OfferId(value);
        return ok;
    }

    public static bool TryParse(string? text, out OfferId id)
    {
        var ok = Hash256.TryParse(text, out var value);
        id = new OfferId(value);
        return ok;
    }

    public byte[] ToArray() => Value.ToArray();
    public int CompareTo(OfferId other) => Value.CompareTo(other.Value);
    public static bool operator <(OfferId left, OfferId right) => left.CompareTo(right) < 0;
    public static bool operator >(OfferId left, OfferId right) => left.CompareTo(right) > 0;
    public static bool operator <=(OfferId left, OfferId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(OfferId left, OfferId right) => left.CompareTo(right) >= 0;
    public override string ToString() => Value.ToString();
}
