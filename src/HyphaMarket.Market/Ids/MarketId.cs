namespace HyphaMarket.Market.Ids;

/// <summary>The market of one instrument: the hash of the instrument's canonical bytes, and a Kademlia key.</summary>
public readonly record struct MarketId(Hash256 Value) : IComparable<MarketId>
{
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out MarketId id)
    {
        var ok = Hash256.TryFromBytes(bytes, out var value);
        id = new MarketId(value);
        return ok;
    }

    public static bool TryParse(string? text, out MarketId id)
    {
        var ok = Hash256.TryParse(text, out var value);
        id = new MarketId(value);
        return ok;
    }

    public byte[] ToArray() => Value.ToArray();
    public int CompareTo(MarketId other) => Value.CompareTo(other.Value);
    public static bool operator <(MarketId left, MarketId right) => left.CompareTo(right) < 0;
    public static bool operator >(MarketId left, MarketId right) => left.CompareTo(right) > 0;
    public static bool operator <=(MarketId left, MarketId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(MarketId left, MarketId right) => left.CompareTo(right) >= 0;
    public override string ToString() => Value.ToString();
}
