using System.Globalization;

namespace HyphaMarket.Node.Configuration;

/// <summary>Money as people write it: decimal credits with a unit. Inside, money is always an integer of micro-credits.</summary>
public static class CreditText
{
    private const long MicrosPerCredit = 1_000_000;

    /// <summary>An amount, as in <c>1.250000 credits</c>.</summary>
    public static string Amount(long micros) => Decimal(micros) + " credits";

    /// <summary>A price of one unit, as in <c>0.012000 credits/min</c>.</summary>
    public static string PerMinute(long micros) => Decimal(micros) + " credits/min";

    /// <summary>
    /// Parses credits (<c>0.012</c>, <c>0.012 credits</c>, <c>0.012 credits/min</c>, <c>0.012 cr</c>) or micro-credits (<c>12000 micros</c>).
    /// </summary>
    /// <returns>False for anything else, for more than six decimals and for what 64 bits cannot hold.</returns>
    public static bool TryParse(string? text, out long micros)
    {
        micros = 0;
        if (text is null) return false;
        var trimmed = text.AsSpan().Trim();
        var end = trimmed.IndexOfAnyExcept("+-.0123456789_");
        var number = (end < 0 ? trimmed : trimmed[..end]).ToString().Replace("_", "", StringComparison.Ordinal);
        var unit = end < 0 ? "" : trimmed[end..].Trim().ToString().ToLowerInvariant();
        if (unit.EndsWith("/min", StringComparison.Ordinal)) unit = unit[..^4].TrimEnd();
        if (unit is "micros" or "micro") return long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out micros);
        if (unit is not ("" or "credits" or "credit" or "cr")) return false;
        if (!decimal.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var credits)) return false;
        if (credits is > long.MaxValue / MicrosPerCredit or < -(long.MaxValue / MicrosPerCredit)) return false;
        var scaled = credits * MicrosPerCredit;
        if (scaled != decimal.Truncate(scaled)) return false;
        micros = (long)scaled;
        return true;
    }

    private static string Decimal(long micros) => ((decimal)micros / MicrosPerCredit).ToString("0.000000", CultureInfo.InvariantCulture);
}
