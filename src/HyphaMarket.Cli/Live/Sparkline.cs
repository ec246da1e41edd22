namespace HyphaMarket.Cli.Live;

/// <summary>A row of numbers as a row of bars.</summary>
internal static class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>The last numbers that fit, the lowest as the lowest bar; a flat row in the middle.</summary>
    public static string Of(IReadOnlyList<long> values, int width)
    {
        var shown = values.Skip(Math.Max(0, values.Count - width)).ToArray();
        if (shown.Length == 0) return "";
        var (low, high) = (shown.Min(), shown.Max());
        return string.Concat(shown.Select(value => high == low ? Bars[Bars.Length / 2] : Bars[(int)((value - low) * (Bars.Length - 1) / (high - low))]));
    }
}
