using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>market watch</c>: a quote once a slot pair, until Ctrl-C.</summary>
internal static class MarketWatchVerb
{
    public static Command Create(CliApp app)
    {
        var market = new Argument<string>("market") { Description = "A profile's name or a market's id." };
        return new Command("watch", "Follow a market's prices.") { market }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            await foreach (var quote in api.StreamAsync($"/v1/markets/{Uri.EscapeDataString(context.Value(market))}/watch", ApiJson.Default.QuoteView, stop)) context.Output.WriteNext(quote, Shapes.Quote);
        });
    }
}
