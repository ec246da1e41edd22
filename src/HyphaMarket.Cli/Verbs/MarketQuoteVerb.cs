using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>market quote</c>: the best prices as brokers sign them.</summary>
internal static class MarketQuoteVerb
{
    public static Command Create(CliApp app)
    {
        var market = new Argument<string>("market") { Description = "A profile's name or a market's id." };
        return new Command("quote", "Show a market's best prices.") { market }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            context.Output.Write(await api.GetAsync($"/v1/markets/{Uri.EscapeDataString(context.Value(market))}/quote", ApiJson.Default.QuoteView, stop), Shapes.Quote);
        });
    }
}
