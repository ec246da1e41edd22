using HyphaMarket.Market.Money;
using HyphaMarket.Simulation.Charts;
using HyphaMarket.Simulation.Economics.Games;
using HyphaMarket.Simulation.Economics.Measures;
using HyphaMarket.Simulation.Economics.Runs;

namespace HyphaMarket.Simulation.Economics.Pictures;

/// <summary>Draws what studies found.</summary>
public static class MarketPictures
{
    /// <summary>Slots of a price path that are drawn: more are closer than pixels.</summary>
    private const int MostSlotsDrawn = 700;

    /// <summary>Price paths of the largest market for each rule and course of demand, and efficiency by size for each rule.</summary>
    public static IReadOnlyList<Picture> Of(IReadOnlyList<MarketRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var first = rows[0];
        // Pictures have room for one depth of the book, one share of void slots, one length of periods: the first that were asked for.
        MarketRow[] alike = [.. rows.Where(row => row.BookDepth == first.BookDepth && row.VoidShare.Equals(first.VoidShare) && row.SlotsPerPeriod == first.SlotsPerPeriod)];
        var largest = rows.Max(row => row.Traders);
        return
        [
            .. alike.Where(row => row.Traders == largest).GroupBy(row => (row.Rule, row.Demand)).Select(group => Prices(group.Key.Rule, group.Key.Demand, [.. group.Take(Chart.MaxSeries - 1)])),
            .. alike.Where(row => row.Demand == first.Demand).GroupBy(row => row.Rule).Select(group => Efficiency(group.Key, [.. group])),
        ];
    }

    /// <summary>What deviating pays by rule and size, for each length of periods.</summary>
    public static IReadOnlyList<Picture> Of(IReadOnlyList<DeviationRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return [.. rows.GroupBy(row => row.SlotsPerPeriod).Select(group => Deviation(group.Key, [.. group]))];
    }

    private static Picture Prices(string rule, string demand, MarketRow[] rows)
    {
        var (path, slots) = (rows[0].Path, Math.Min(MostSlotsDrawn, rows[0].Path.Prices.Count));
        var series = rows.Select(row => new ChartSeries(row.Strategy, [.. row.Path.Prices.Take(slots).Select((price, slot) => (price, slot)).Where(point => point.price is not null).Select(point => new ChartPoint(point.slot, Credits(point.price!.Value)))]))
            .Where(one => one.Points.Count > 0)
            .Append(new ChartSeries("equilibrium", [.. path.Equilibrium.Take(slots).Select((price, slot) => new ChartPoint(slot, Credits(price)))]) { IsDashed = true });
        return new Picture($"prices-{rule}-{demand}", SvgChart.Write(new Chart(
            $"Prices under {rule}, {demand} demand, {rows[0].Traders} by {rows[0].Traders}, seed {rows[0].FirstSeed}", new ChartAxis("match slot"), new ChartAxis("mean price, credits a minute"), [.. series])));
    }

    private static Picture Efficiency(string rule, MarketRow[] rows) => new($"efficiency-{rule}", SvgChart.Write(new Chart(
        $"Efficiency by market size under {rule}",
        new ChartAxis("traders a side") { IsLogarithmic = rows.Select(row => row.Traders).Distinct().Count() > 1 },
        new ChartAxis("surplus gained of the most possible, %"),
        [.. rows.GroupBy(row => row.Strategy).Take(Chart.MaxSeries).Select(group => new ChartSeries(group.Key, [.. group.OrderBy(row => row.Traders).Where(row => row.Efficiency.Mean is not null).Select(Point)], ChartMark.LineAndDots)).Where(one => one.Points.Count > 0)])));

    private static ChartPoint Point(MarketRow row) => PointOf(row.Traders, row.Efficiency, most: 100);

    private static Picture Deviation(int slotsPerPeriod, DeviationRow[] rows)
    {
        int[] sizes = [.. rows.Select(row => row.Traders).Distinct().Order()];
        return new Picture($"deviation-{slotsPerPeriod}", SvgChart.Write(new Chart(
            $"What deviating pays who knows all other offers, {slotsPerPeriod} slot{(slotsPerPeriod == 1 ? "" : "s")} a period",
            new ChartAxis("traders a side") { Categories = [.. sizes.Select(size => size.ToString(System.Globalization.CultureInfo.InvariantCulture))] },
            new ChartAxis("gain over that of the truth, %"),
            [.. rows.GroupBy(row => row.Rule).Select(group => new ChartSeries(group.Key, [.. group.Where(row => row.KnowingGain.Mean is not null).Select(row => Point(row, sizes))], ChartMark.Bars)).Where(one => one.Points.Count > 0)])));
    }

    private static ChartPoint Point(DeviationRow row, int[] sizes) => PointOf(Array.IndexOf(sizes, row.Traders), row.KnowingGain, most: double.PositiveInfinity);

    /// <summary>In percent; an interval is drawn only as far as values can be: nobody gains less than nothing, and efficiency ends at 100 %.</summary>
    private static ChartPoint PointOf(double x, Estimate share, double most)
    {
        var mean = share.Mean!.Value * 100;
        return share.HalfWidth is { } half ? new ChartPoint(x, mean, Math.Max(0, mean - (half * 100)), Math.Min(most, mean + (half * 100))) : new ChartPoint(x, mean);
    }

    private static double Credits(double micros) => micros / MicroCredits.PerCredit;
}
