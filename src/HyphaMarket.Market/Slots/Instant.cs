namespace HyphaMarket.Market.Slots;

/// <summary>A moment: Unix milliseconds. Cores take it as an argument; only a driver reads a clock.</summary>
public readonly record struct Instant(long UnixMs) : IComparable<Instant>
{
    public Instant PlusMs(long ms) => new(UnixMs + ms);
    public int CompareTo(Instant other) => UnixMs.CompareTo(other.UnixMs);
    public static bool operator <(Instant left, Instant right) => left.UnixMs < right.UnixMs;
    public static bool operator >(Instant left, Instant right) => left.UnixMs > right.UnixMs;
    public static bool operator <=(Instant left, Instant right) => left.UnixMs <= right.UnixMs;
    public static bool operator >=(Instant left, Instant right) => left.UnixMs >= right.UnixMs;
}
