using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>market candles</c>: open, high, low and close of each interval.</summary>
internal static class MarketCandlesVerb
{
    public static Command Create(CliApp app)
    {
        var market = new Argument<string>("market") { Description = "A profile's name or a market's id." };
        var interval = new Option<string>("--interval") { Description = "1m, 5m, 1h or 1d.", HelpName = "TIME", DefaultValueFactory = _ => "1h" }.OneOf("1m", "5m", "1h", "1d");
        var limit = CountOption.Positive("--limit", "The latest so many; at most 1000.", 24);
        return new Command("candles", "Show what a market traded, interval by interval.") { market, interval, limit }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var path = $"/v1/markets/{Uri.EscapeDataString(context.Value(market))}/candles?interval={context.Value(interval)}&limit={context.Value(limit)}";
            context.Output.Write(await api.GetAsync(path, ApiJson.Default.IReadOnlyListCandleView, stop), PriceShapes.Candle);
        });
    }
}
