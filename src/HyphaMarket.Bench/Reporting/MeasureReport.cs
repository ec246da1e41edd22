namespace HyphaMarket.Bench.Reporting;

/// <summary>One measure of all implementations, side by side.</summary>
/// <param name="Figures">By the implementation's name; one that has no such measure is not there.</param>
public sealed record MeasureReport(string Measure, string Unit, IReadOnlyDictionary<string, Figure> Figures, IReadOnlyList<TargetOutcome> Targets)
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
        return new MeasureReport(measure, unit, figures, [.. outcomes]);
    }
}
