namespace HyphaMarket.Market.Money;

/// <summary>Money: millionths of a credit, always an integer. A price is in micro-credits per minute per unit.</summary>
public readonly record struct MicroCredits(long Value) : IComparable<MicroCredits>
{
    public int CompareTo(MicroCredits other) => Value.CompareTo(other.Value);
    public static bool operator <(MicroCredits left, MicroCredits right) => left.Value < right.Value;
    public static bool operator >(MicroCredits left, MicroCredits right) => left.Value > right.Value;
    public static bool operator <=(MicroCredits left, MicroCredits right) => left.Value <= right.Value;
    public static bool operator >=(MicroCredits left, MicroCredits right) => left.Value >= right.Value;
}
