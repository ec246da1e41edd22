using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>market depth</c>: the price levels of both sides, asks above bids as books are drawn.</summary>
internal static class MarketDepthVerb
{
    public static Command Create(CliApp app)
    {
        var market = new Argument<string>("market") { Description = "A profile's name or a market's id." };
        var levels = new Option<int>("--levels") { Description = "Price levels of each side, at most 50.", DefaultValueFactory = _ => 10 };
        return new Command("depth", "Show a market's book by price level.") { market, levels }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var quote = await api.GetAsync($"/v1/markets/{Uri.EscapeDataString(context.Value(market))}/depth?levels={context.Value(levels)}", ApiJson.Default.QuoteView, stop);
            context.Output.Write<DepthLine>([.. quote.Asks.Reverse().Select(level => Line("ask", level)), .. quote.Bids.Select(level => Line("bid", level))], Shapes.Depth);
        });
    }

    private static DepthLine Line(string side, LevelView level) => new(side, level.Price, level.PriceMicros, level.Units, level.Offers);
}
