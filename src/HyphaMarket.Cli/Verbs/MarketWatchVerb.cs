using System.CommandLine;

using HyphaMarket.Cli.Live;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>market watch</c>: a market until Ctrl-C; a picture on a terminal, else a quote once a slot pair.</summary>
internal static class MarketWatchVerb
{
    public static Command Create(CliApp app)
    {
        var market = new Argument<string>("market") { Description = "A profile's name or a market's id." };
        var lines = new Option<bool>("--lines") { Description = "Lines on a terminal, too." };
        return new Command("watch", "Follow a market: book, spread, last trades and slot clock on a terminal, else a line for each quote.") { market, lines }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            if (context.Console.OutputIsTerminal && context.Format == OutputFormat.Table && !context.Quiet && !context.Value(lines))
            {
                await new MarketScreen(api, context.Output.Spectre(), context.Time).RunAsync(context.Value(market), stop);
                return;
            }

            await foreach (var quote in api.StreamAsync($"/v1/markets/{Uri.EscapeDataString(context.Value(market))}/watch", ApiJson.Default.QuoteView, stop)) context.Output.WriteNext(quote, Shapes.Quote);
        });
    }
}
