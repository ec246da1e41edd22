using System.Globalization;
using HyphaMarket.Simulation.Economics.Brokers;
using HyphaMarket.Simulation.Economics.Games;
using HyphaMarket.Simulation.Economics.Measures;
using HyphaMarket.Simulation.Economics.Runs;

namespace HyphaMarket.Cli.Output;

/// <summary>The shapes of what <c>simulate market</c> prints. Shares are in percent, with the half width of their 95 % confidence interval.</summary>
internal static class EconomicsShapes
{
    public static Shape<MarketRow> Market { get; } = new(CliJson.Default.MarketRow, row => $"{row.Rule}/{row.Strategy}/{Text(row.Traders)}",
    [
        new("RULE", row => row.Rule), new("STRATEGY", row => row.Strategy), new("TRADERS", row => Text(row.Traders)), new("DEMAND", row => row.Demand), new("SLOTS A PERIOD", row => Text(row.SlotsPerPeriod)),
        new("BOOK DEPTH", row => row.BookDepth == 0 ? "" : Text(row.BookDepth)), new("VOID", row => row.VoidShare == 0 ? "" : Share(row.VoidShare)), new("EFFICIENCY", row => Share(row.Efficiency)), new("1 - 1/TRADES", row => row is { Rule: "mcafee", Strategy: "truthful" } ? Share(row.OneTradeLess) : ""),
        new("BUYERS", row => Share(row.BuyersShare)), new("SELLERS", row => Share(row.SellersShare)), new("NOBODY", row => row.NobodysShare.Mean is null or 0 ? "" : Share(row.NobodysShare)), new("VOLUME", row => Share(row.Volume)),
        new("ALPHA", row => Share(row.Alpha)), new("DISPERSION", row => Share(row.Dispersion)),
    ]);

    public static Shape<DeviationRow> Deviation { get; } = new(CliJson.Default.DeviationRow, row => $"{row.Rule}/{Text(row.Traders)}",
    [
        new("RULE", row => row.Rule), new("TRADERS", row => Text(row.Traders)), new("SLOTS A PERIOD", row => Text(row.SlotsPerPeriod)), new("MOST GAIN", row => Share(row.MostGain)), new("GAIN KNOWING ALL", row => Share(row.KnowingGain)),
        new("BEST BLIND SHADE", row => Share(row.BlindShade)), new("GAIN BLIND", row => Share(row.BlindGain)),
    ]);

    public static Shape<GameRow> Game { get; } = new(CliJson.Default.GameRow, row => $"{row.Rule}/{Text(row.Traders)}",
    [
        new("RULE", row => row.Rule), new("TRADERS", row => Text(row.Traders)), new("SLOTS A PERIOD", row => Text(row.SlotsPerPeriod)),
        new("BEST RESPONSES", row => string.Join(" > ", row.BestResponses) + (row.BestResponsesRest ? "" : " > ...")), new("EFFICIENCY THERE", row => Share(row.BestResponseEfficiency)),
        new("MIX", row => string.Join(", ", row.Mix.OrderByDescending(played => played.Value).Select(played => $"{played.Key} {(played.Value * 100).ToString("F0", CultureInfo.InvariantCulture)} %")) + (row.MixRests ? "" : " (moving)")),
        new("REGRET", row => Share(row.Regret)), new("EFFICIENCY OF THE MIX", row => Share(row.Efficiency)),
    ]);

    public static Shape<BrokerRow> Brokers { get; } = new(CliJson.Default.BrokerRow, row => $"{row.Rule}/{Share(row.Loss)}/{Text(row.Faulty)}",
    [
        new("RULE", row => row.Rule), new("TRADERS", row => Text(row.Traders)), new("MESSAGES LOST", row => Share(row.Loss)), new("FAULTY BROKERS", row => Text(row.Faulty)), new("SLOTS A PERIOD", row => Text(row.SlotsPerPeriod)),
        new("EFFICIENCY", row => Share(row.Efficiency)), new("WITHOUT BROKERS", row => Share(row.BareEfficiency)), new("POINTS LOST", row => row.Lost.Text(100)), new("VOLUME", row => Share(row.Volume)),
        new("SLOTS WITHOUT CERTIFICATE", row => Share(row.SlotsWithoutCertificate)), new("TRADES", row => Text(row.Trades)),
    ]);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Share(Estimate share) => share.Text(100) + (share.Mean is null ? "" : " %");

    private static string Share(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %";
}
