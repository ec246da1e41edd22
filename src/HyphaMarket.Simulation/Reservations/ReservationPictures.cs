using System.Globalization;
using HyphaMarket.Simulation.Charts;

namespace HyphaMarket.Simulation.Reservations;

/// <summary>Figures 1 to 3 of the paper, from what was simulated here.</summary>
public static class ReservationPictures
{
    /// <summary>Dots of one market: more hide each other.</summary>
    private const int Dots = 200;

    /// <summary>The paper's example of section 4.2.</summary>
    private static readonly (Availability Before, Availability After, double Honesty) Example = (new(0.8), new(0.6), 0.4);

    /// <returns>Names of files without their endings, and charts.</returns>
    public static IReadOnlyList<(string Name, Chart Chart)> Draw(StudyOptions options, IReadOnlyList<MarketHistory> histories, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(histories);
        return [("figure-1", Profits(histories)), ("figure-2", Surpluses(histories)), ("figure-3", Offsetting(options, stop))];
    }

    private static Chart Profits(IReadOnlyList<MarketHistory> histories) => new(
        "Figure 1: the coordinator's profit against mean honesty", new ChartAxis("mean honesty"), new ChartAxis("profit per user, unit prices"),
        [.. Shown(histories).Select(history => new ChartSeries(NameOf(history), [.. history.Rounds.Where((_, i) => i % Math.Max(1, history.Rounds.Count / Dots) == 0).Select(round => new ChartPoint(round.Honesty, round.Profit))], ChartMark.Dots))])
    {
        Palette = ChartPalette.Ordered,
    };

    private static Chart Surpluses(IReadOnlyList<MarketHistory> histories) => new(
        "Figure 2: units reserved beyond those used (best fit)", new ChartAxis("mean honesty"), new ChartAxis("surplus per user, units"),
        [.. Shown(histories).Select(history => new ChartSeries(NameOf(history), BestFit(history.Rounds)))])
    {
        Palette = ChartPalette.Ordered,
    };

    private static Chart Offsetting(StudyOptions options, CancellationToken stop)
    {
        var example = RiskOffsetting.Run(options, Example.Honesty, Example.Before, Example.After, stop);
        var (low, raised) = (options.Contract.Fee, example[3].Fee);
        var profits = new[] { Curve(options, Example.Before, low, stop), Curve(options, Example.After, low, stop), Curve(options, Example.After, raised, stop) };
        var ends = profits.SelectMany(series => series.Points).Select(point => point.Y).ToList();
        return new Chart(
            "Figure 3: a fee that offsets a fall of availability", new ChartAxis("mean honesty"), new ChartAxis("profit per user, unit prices"),
            [.. profits, new ChartSeries("honesty 0.4", [new ChartPoint(Example.Honesty, ends.Min()), new ChartPoint(Example.Honesty, ends.Max())]) { IsDashed = true }]);
    }

    private static ChartSeries Curve(StudyOptions options, Availability availability, double fee, CancellationToken stop) => new(
        string.Create(CultureInfo.InvariantCulture, $"A_m {availability.Mean:0.00}, fee {fee:0.000}"),
        [.. RiskOffsetting.Curve(options, availability, fee, points: 51, stop).Select(point => new ChartPoint(point.Honesty, point.Profit))]);

    /// <summary>The two ends of the straight line that fits best, by least squares, over what mean honesty went through.</summary>
    private static ChartPoint[] BestFit(IReadOnlyList<Round> rounds)
    {
        var (x, y) = (rounds.Average(round => round.Honesty), rounds.Average(round => round.Surplus));
        var spread = rounds.Sum(round => (round.Honesty - x) * (round.Honesty - x));
        var slope = spread > 0 ? rounds.Sum(round => (round.Honesty - x) * (round.Surplus - y)) / spread : 0;
        return [.. new[] { rounds.Min(round => round.Honesty), rounds.Max(round => round.Honesty) }.Select(honesty => new ChartPoint(honesty, y + (slope * (honesty - x))))];
    }

    /// <summary>As many as a chart takes.</summary>
    private static IEnumerable<MarketHistory> Shown(IReadOnlyList<MarketHistory> histories) => histories.Take(Chart.MaxSeries);

    private static string NameOf(MarketHistory history) => string.Create(CultureInfo.InvariantCulture, $"A_p {history.Row.PeakAvailability:0.##}");
}
