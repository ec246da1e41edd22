using System.Globalization;

namespace HyphaMarket.Node.Configuration;

/// <summary>Lengths of time as people write them: <c>90s</c>, <c>5m</c>, <c>1h30m</c>, <c>500ms</c>, <c>2d</c>.</summary>
public static class DurationText
{
    private static readonly (string Unit, double Ms)[] Units = [("ms", 1), ("s", 1_000), ("min", 60_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = (text ?? "").AsSpan().Trim();
        if (rest.IsEmpty) return false;
        double total = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)) return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAny("0123456789.");
            var unit = (letters < 0 ? rest : rest[..letters]).Trim().ToString();
            rest = letters < 0 ? [] : rest[letters..];
            var found = Array.FindIndex(Units, u => u.Unit.Equals(unit, StringComparison.OrdinalIgnoreCase));
            if (found < 0) return false;
            total += count * Units[found].Ms;
        }
        if (total > TimeSpan.MaxValue.TotalMilliseconds / 2) return false;
        duration = TimeSpan.FromMilliseconds(total);
        return true;
    }

    /// <summary>As <see cref="Format"/>, with a word for none at all.</summary>
    public static string Show(TimeSpan duration) => duration == TimeSpan.Zero ? "0s" : Format(duration);

    /// <summary>The shortest of the forms that <see cref="TryParse"/> reads, as in <c>1h30m</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero) return "-" + Format(-duration);
        if (duration < TimeSpan.FromSeconds(1)) return string.Create(CultureInfo.InvariantCulture, $"{(long)duration.TotalMilliseconds}ms");
        var text = "";
        if (duration.Days > 0) text += string.Create(CultureInfo.InvariantCulture, $"{duration.Days}d");
        if (duration.Hours > 0) text += string.Create(CultureInfo.InvariantCulture, $"{duration.Hours}h");
        if (duration.Minutes > 0) text += string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        if (duration.Seconds > 0) text += string.Create(CultureInfo.InvariantCulture, $"{duration.Seconds}s");
        return text;
    }
}
