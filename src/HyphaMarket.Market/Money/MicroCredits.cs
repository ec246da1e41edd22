using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace HyphaMarket.Market.Money;

/// <summary>Money: millionths of a credit, always an integer. A price is in micro-credits per minute per unit.</summary>
/// <remarks>People see and type decimal credits: <c>1.250000</c> is 1,250,000 micro-credits.</remarks>
public readonly record struct MicroCredits(long Value) : IComparable<MicroCredits>
{
    /// <summary>Micro-credits in a credit.</summary>
    public const long PerCredit = 1_000_000;

    private const int Decimals = 6;

    /// <summary>floor((left + right) / 2), towards minus infinity whatever the signs, without overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static MicroCredits FloorMean(MicroCredits left, MicroCredits right) =>
        // What both have in common plus half of where they differ; the arithmetic shift rounds down.
        new((left.Value & right.Value) + ((left.Value ^ right.Value) >> 1));

    /// <summary>What this price per minute and unit costs in all.</summary>
    /// <exception cref="OverflowException">It does not fit; prices, quantities and terms that <c>OfferRules</c> admits always do.</exception>
    public MicroCredits Times(long units, long minutes) => new(checked(Value * units * minutes));

    /// <summary>Parses decimal credits such as <c>1.25</c>, <c>0.000001</c> or <c>-3</c>.</summary>
    /// <param name="text">An optional minus, 1-13 digits, and optionally a point and 1-6 digits; no spaces, no separators, no exponent.</param>
    /// <param name="problem">Null, or a sentence that says what is wrong with the text.</param>
    public static bool TryParse(string? text, out MicroCredits amount, [NotNullWhen(false)] out string? problem)
    {
        amount = default;
        problem = null;
        if (string.IsNullOrEmpty(text))
        {
            problem = "An amount is missing: write credits as a decimal number, such as 1.25.";
            return false;
        }

        // Longer texts cannot be amounts; they are not echoed in full.
        var shown = text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "...");
        var negative = text[0] == '-';
        var digits = text.AsSpan(negative ? 1 : 0);
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? [] : digits[(point + 1)..];
        if (whole.IsEmpty || (point >= 0 && fraction.IsEmpty) || !AllDigits(whole) || !AllDigits(fraction))
        {
            problem = $"\"{shown}\" is not an amount: write credits as a decimal number, such as 1.25.";
            return false;
        }

        if (fraction.Length > Decimals)
        {
            problem = $"\"{shown}\" is finer than a micro-credit: at most {Decimals} digits may follow the point.";
            return false;
        }

        UInt128 micros = 0;
        foreach (var digit in whole.TrimStart('0'))
        {
            micros = micros * 10 + (uint)(digit - '0');
            if (micros > long.MaxValue) break;
        }

        if (micros <= long.MaxValue) micros *= PerCredit;
        var scale = PerCredit;
        foreach (var digit in fraction) micros += (UInt128)((digit - '0') * (scale /= 10));
        if (micros > long.MaxValue)
        {
            problem = $"\"{shown}\" is too large: the largest amount is {new MicroCredits(long.MaxValue)} credits.";
            return false;
        }

        amount = new MicroCredits(negative ? -(long)micros : (long)micros);
        return true;
    }

    /// <summary>Decimal credits with six decimals, such as <c>1.250000</c>: what <see cref="TryParse"/> reads back (but for the one value below -long.MaxValue).</summary>
    public override string ToString()
    {
        var magnitude = Value < 0 ? -(Int128)Value : Value;
        return string.Create(CultureInfo.InvariantCulture, $"{(Value < 0 ? "-" : "")}{magnitude / PerCredit}.{(long)(magnitude % PerCredit):D6}");
    }

    public int CompareTo(MicroCredits other) => Value.CompareTo(other.Value);
    public static bool operator <(MicroCredits left, MicroCredits right) => left.Value < right.Value;
    public static bool operator >(MicroCredits left, MicroCredits right) => left.Value > right.Value;
    public static bool operator <=(MicroCredits left, MicroCredits right) => left.Value <= right.Value;
    public static bool operator >=(MicroCredits left, MicroCredits right) => left.Value >= right.Value;

    private static bool AllDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
