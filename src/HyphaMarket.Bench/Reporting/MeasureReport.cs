namespace HyphaMarket.Bench.Reporting;

/// <summary>One measure of all implementations, side by side.</summary>
/// <param name="Figures">By the implementation's name; one that has no such measure is not there.</param>
/// <param name="Ratios">Our median divided by each other implementation's.</param>
public sealed record MeasureReport(string Measure, string Unit, IReadOnlyDictionary<string, Figure> Figures, IReadOnlyDictionary<string, double> Ratios, IReadOnlyList<TargetOutcome> Targets)
{
    /// <summary>Judges the targets by the medians.</summary>
    public static MeasureReport Of(string measure, string unit, IReadOnlyDictionary<string, Figure> figures, string ours, IEnumerable<Target> targets)
    {
        ArgumentNullException.ThrowIfNull(figures);
        var outcomes = targets.Select(target =>
        {
            double? value = null;
            if (figures.TryGetValue(ours, out var mine))
            {
                if (target.Against is null) value = mine.Median;
                else if (figures.TryGetValue(target.Against, out var other) && other.Median > 0) value = mine.Median / other.Median;
            }

            return new TargetOutcome(target.Text, value, value is null ? null : target.AtLeast ? value >= target.Bound : value <= target.Bound);
        });
        var ratios = figures.TryGetValue(ours, out var own)
            ? figures.Where(figure => figure.Key != ours && figure.Value.Median > 0).ToDictionary(figure => figure.Key, figure => own.Median / figure.Value.Median)
            : [];
        return new MeasureReport(measure, unit, figures, ratios, [.. outcomes]);
    }
}
