namespace HyphaMarket.Market.Slots;

/// <summary>The number of a time slot since genesis. Odd slots match, even slots collect and prune.</summary>
public readonly record struct Slot(long Value) : IComparable<Slot>
{
    public bool IsMatch => (Value & 1) == 1;
    public bool IsPrune => (Value & 1) == 0;
    public Slot Next => new(Value + 1);
    public Slot Plus(long slots) => new(Value + slots);
    public int CompareTo(Slot other) => Value.CompareTo(other.Value);
    public static bool operator <(Slot left, Slot right) => left.Value < right.Value;
    public static bool operator >(Slot left, Slot right) => left.Value > right.Value;
    public static bool operator <=(Slot left, Slot right) => left.Value <= right.Value;
    public static bool operator >=(Slot left, Slot right) => left.Value >= right.Value;
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
