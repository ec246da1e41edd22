using System.Globalization;

namespace HyphaMarket.Simulation.Economics.Measures;

/// <summary>A mean over seeds with its 95 % confidence interval, by Student's t.</summary>
/// <param name="Mean">Null where no seed gave a value.</param>
/// <param name="HalfWidth">What to add and subtract for the interval; null below two seeds.</param>
/// <param name="Seeds">Seeds that gave a value.</param>
public readonly record struct Estimate(double? Mean, double? HalfWidth, int Seeds)
{
    /// <summary>The 97.5 % points of Student's t for 1 to 30 degrees of freedom; beyond, 1.96 + 2.4 / degrees is right to three digits.</summary>
    private static readonly double[] StudentT =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    public static Estimate Of(IEnumerable<double?> perSeed)
    {
        var values = perSeed.OfType<double>().ToArray();
        if (values.Length == 0) return default;
        var mean = values.Average();
        if (values.Length == 1) return new Estimate(mean, null, 1);
        var variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
        var degrees = values.Length - 1;
        var t = degrees <= StudentT.Length ? StudentT[degrees - 1] : 1.96 + (2.4 / degrees);
        return new Estimate(mean, t * Math.Sqrt(variance / values.Length), values.Length);
    }

    /// <summary>Such as <c>98.41 ± 0.20</c>; a dash without a value.</summary>
    /// <param name="times">100 for a share that is shown in percent.</param>
    public string Text(double times = 1, int decimals = 2)
    {
        if (Mean is not { } mean) return "-";
        var format = "F" + decimals.ToString(CultureInfo.InvariantCulture);
        var text = Plain(mean * times, format);
        return HalfWidth is { } half ? $"{text} ± {Plain(half * times, format)}" : text;
    }

    /// <summary>Without the minus of a zero.</summary>
    private static string Plain(double number, string format)
    {
        var text = number.ToString(format, CultureInfo.InvariantCulture);
        return text.StartsWith('-') && text.AsSpan().IndexOfAnyExcept("-0.") < 0 ? text[1..] : text;
    }
}
