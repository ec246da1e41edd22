using System.Globalization;

namespace HyphaMarket.Market.Reservations;

/// <summary>A probability in millionths: an integer, so that whoever reckons a price from it gets the same one.</summary>
public readonly record struct Probability : IComparable<Probability>
{
    /// <summary>Millionths of what is certain.</summary>
    public const int Certain = 1_000_000;

    /// <param name="millionths">0 for never, 1,000,000 for surely.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is less than nothing or more than certain.</exception>
    public Probability(int millionths)
    {
        if (millionths is < 0 or > Certain) throw new ArgumentOutOfRangeException(nameof(millionths), millionths, $"A probability is 0 to {Certain} millionths.");
        Millionths = millionths;
    }

    public int Millionths { get; }

    public int CompareTo(Probability other) => Millionths.CompareTo(other.Millionths);
    public static bool operator <(Probability left, Probability right) => left.Millionths < right.Millionths;
    public static bool operator >(Probability left, Probability right) => left.Millionths > right.Millionths;
    public static bool operator <=(Probability left, Probability right) => left.Millionths <= right.Millionths;
    public static bool operator >=(Probability left, Probability right) => left.Millionths >= right.Millionths;

    /// <summary>A decimal fraction with six decimals, such as <c>0.800000</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Millionths / Certain}.{Millionths % Certain:D6}");
}
