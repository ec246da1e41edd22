using System.Globalization;

namespace HyphaMarket.Simulation.Charts;

/// <summary>Maps the values of an axis to 0 .. 1, and chooses its ticks at round numbers: 1, 2 or 5 times a power of ten apart.</summary>
internal sealed class AxisScale
{
    private readonly bool _isLogarithmic;

    private AxisScale(double low, double high, bool isLogarithmic, IReadOnlyList<(double Value, string Label)> ticks)
    {
        (Low, High, _isLogarithmic, Ticks) = (low, high, isLogarithmic, ticks);
    }

    public double Low { get; }

    public double High { get; }

    /// <summary>In rising order, all between the ends; at least one.</summary>
    public IReadOnlyList<(double Value, string Label)> Ticks { get; }

    /// <param name="least">The least value to be shown.</param>
    /// <param name="greatest">The greatest; may equal the least.</param>
    /// <param name="wanted">About how many ticks there is room for.</param>
    public static AxisScale Create(ChartAxis axis, double least, double greatest, int wanted)
    {
        if (axis.Categories.Count > 0) return new AxisScale(-0.5, axis.Categories.Count - 0.5, false, [.. axis.Categories.Select((name, i) => ((double)i, name))]);
        var (low, high) = (axis.From ?? least, axis.To ?? greatest);
        if (high <= low)
        {
            // One value alone: room on both sides that were not given, a tenth of it or one.
            var room = low == 0 ? 1 : Math.Abs(low) / 10;
            (low, high) = (axis.From ?? high - room, axis.To ?? low + room);
            if (high <= low) (low, high) = axis.From is null ? (high - room, high) : (low, low + room);
        }

        wanted = Math.Max(2, wanted);
        return axis.IsLogarithmic ? Logarithmic(low, high, wanted) : Linear(axis, low, high, wanted);
    }

    /// <summary>0 at the lower end, 1 at the upper one.</summary>
    public double Map(double value) => _isLogarithmic ? Math.Log(value / Low) / Math.Log(High / Low) : (value - Low) / (High - Low);

    private static AxisScale Linear(ChartAxis axis, double low, double high, int wanted)
    {
        var rough = (high - low) / wanted;
        var exponent = (int)Math.Floor(Math.Log10(rough));
        var power = Math.Pow(10, exponent);
        // The nearest by ratio: the bounds are the square roots of 1 * 2, 2 * 5 and 5 * 10.
        var factor = (rough / power) switch { <= 1.4 => 1, <= 3.2 => 2, <= 7.1 => 5, _ => 10 };
        // A hair of slack, lest 0.30000000000000004 / 0.1 asks for one tick more.
        var (first, last) = (Math.Floor((low / power / factor) + 1e-9), Math.Ceiling((high / power / factor) - 1e-9));
        if (axis.From is not null) first = Math.Ceiling((low / power / factor) - 1e-9);
        if (axis.To is not null) last = Math.Floor((high / power / factor) + 1e-9);
        var decimals = Math.Max(0, -(factor == 10 ? exponent + 1 : exponent));
        var ticks = new List<(double, string)>();
        // Multiples of whole numbers, not sums of steps, so that nothing adds up; a negative power divides, for 3 / 10 is 0.3 and 3 * 0.1 is not.
        for (var i = first; i <= last; i++) ticks.Add(Tick(exponent < 0 ? i * factor / Math.Pow(10, -exponent) : i * factor * power, decimals));
        return new AxisScale(axis.From ?? Math.Min(low, ticks[0].Item1), axis.To ?? Math.Max(high, ticks[^1].Item1), false, ticks);
    }

    private static AxisScale Logarithmic(double low, double high, int wanted)
    {
        var decades = Math.Log10(high / low);
        int[] factors = decades * 3 <= wanted + 1 ? [1, 2, 5] : [1];
        // Where even decades are too many, every second or third one is labelled.
        var stride = Math.Max(1, (int)Math.Ceiling(decades / wanted));
        var ticks = new List<(double, string)>();
        for (var exponent = (int)Math.Floor(Math.Log10(low)); exponent <= (int)Math.Ceiling(Math.Log10(high)); exponent++)
        {
            if (exponent % stride != 0) continue;
            foreach (var factor in factors)
            {
                var value = exponent < 0 ? factor / Math.Pow(10, -exponent) : factor * Math.Pow(10, exponent);
                if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) ticks.Add(Tick(value, Math.Max(0, -exponent)));
            }
        }

        // Where the range lies between two such numbers, any round ones tell more than none.
        return new AxisScale(low, high, true, ticks.Count >= 2 ? ticks : Linear(new ChartAxis("") { From = low, To = high }, low, high, wanted).Ticks);
    }

    private static (double Value, string Label) Tick(double value, int decimals) => (value, Math.Abs(value) is > 0 and (>= 1e9 or < 1e-6)
        ? value.ToString("0.###e+0", CultureInfo.InvariantCulture)
        // Adding zero turns a negative zero into zero.
        : (value + 0.0).ToString("#,0." + new string('0', decimals), CultureInfo.InvariantCulture));
}
