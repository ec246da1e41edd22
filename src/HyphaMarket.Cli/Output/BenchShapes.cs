using System.Globalization;

using HyphaMarket.Bench.Libp2p;
using HyphaMarket.Bench.Reporting;

namespace HyphaMarket.Cli.Output;

/// <summary>The shapes of what <c>bench</c> prints.</summary>
internal static class BenchShapes
{
    public static Shape<BenchReport> Report { get; } = new(CliJson.Default.BenchReport, report => report.Machine, [new("MACHINE", report => report.Machine)]);

    public static Shape<MeasureReport> Measure { get; } = new(CliJson.Default.MeasureReport, measure => measure.Measure,
    [
        new("MEASURE", measure => measure.Measure), new("UNIT", measure => measure.Unit),
        Column(Libp2pBench.Ours), Column(Libp2pBench.Js), Column(Libp2pBench.Socket),
        new("WANTED", measure => string.Join("; ", measure.Targets.Select(target => target.Wanted))),
        new("IS", measure => string.Join("; ", measure.Targets.Select(target => Number(target.Value)))),
        new("MET", measure => string.Join("; ", measure.Targets.Select(target => target.Met switch { true => "yes", false => "no", null => "?" }))),
    ]);

    private static Column<MeasureReport> Column(string stack) =>
        new(stack.ToUpperInvariant(), measure => measure.Figures.TryGetValue(stack, out var figure) ? $"{Number(figure.Median)} (±{figure.Spread / 2:P0})" : null);

    private static string Number(double? value) => value switch
    {
        null => "-",
        >= 100 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
