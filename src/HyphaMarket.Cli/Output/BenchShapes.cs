using System.Globalization;

using HyphaMarket.Bench.Reporting;

namespace HyphaMarket.Cli.Output;

/// <summary>How every <c>bench</c> prints what it measured.</summary>
internal static class BenchShapes
{
    public static Shape<BenchReport> Report { get; } = new(CliJson.Default.BenchReport, report => report.Machine, [new("MACHINE", report => report.Machine)]);

    /// <summary>Writes a report: as JSON whole, with all samples; else its measures, and the machine beside them.</summary>
    public static void Write(VerbContext context, BenchReport report)
    {
        if (context.Format == OutputFormat.Json)
        {
            context.Output.Write(report, Report);
            return;
        }

        context.Say(report.Machine);
        context.Output.Write(report.Measures, MeasuresOf(report));
        foreach (var missing in report.NotMeasured) context.Say($"Not measured: {missing}");
    }

    /// <summary>One column for each implementation that the report has.</summary>
    private static Shape<MeasureReport> MeasuresOf(BenchReport report)
    {
        var stacks = report.Measures.SelectMany(measure => measure.Figures.Keys).Distinct(StringComparer.Ordinal);
        return new(CliJson.Default.MeasureReport, measure => measure.Measure,
        [
            new("MEASURE", measure => measure.Measure), new("UNIT", measure => measure.Unit),
            .. stacks.Select(Column),
            new("RATIO", measure => string.Join("; ", measure.Ratios.Values.Select(ratio => Number(ratio)))),
            new("WANTED", measure => string.Join("; ", measure.Targets.Select(target => target.Wanted))),
            new("IS", measure => string.Join("; ", measure.Targets.Select(target => Number(target.Value)))),
            new("MET", measure => string.Join("; ", measure.Targets.Select(target => target.Met switch { true => "yes", false => "no", null => "?" }))),
        ]);
    }

    private static Column<MeasureReport> Column(string stack) =>
        new(stack.ToUpperInvariant(), measure => measure.Figures.TryGetValue(stack, out var figure) ? $"{Number(figure.Median)} (±{figure.Spread / 2:P0})" : null);

    private static string Number(double? value) => value switch
    {
        null => "-",
        >= 100 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
