using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Live;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>market watch</c>: a market until Ctrl-C, across restarts of the daemon; a picture on a terminal, else a quote once a slot pair.</summary>
internal static class MarketWatchVerb
{
    public static Command Create(CliApp app)
    {
        var market = new Argument<string>("market") { Description = "A profile's name or a market's id." };
        var lines = new Option<bool>("--lines") { Description = "Lines on a terminal, too." };
        var count = new Option<int?>("--count") { Description = "End after so many quotes.", HelpName = "N" };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1) result.AddError("--count must be at least 1.");
        });
        var retry = OptionParsers.Duration("--retry-for", "How long to try again when the stream is lost, as while the daemon restarts. Default 60s; 0s ends at once.");
        return new Command("watch", "Follow a market: book, spread, last trades and slot clock on a terminal, else a line for each quote.") { market, lines, count, retry }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var options = new ResumeOptions();
            if (context.Value(retry) is { } wanted) options = options with { GiveUpAfter = wanted };
            var left = context.Value(count) ?? int.MaxValue;
            if (context.Console.OutputIsTerminal && context.Format == OutputFormat.Table && !context.Quiet && !context.Value(lines))
            {
                await new MarketScreen(api, context.Output.Spectre(), options, context.Time).RunAsync(context.Value(market), left, stop);
                return;
            }

            var path = $"/v1/markets/{Uri.EscapeDataString(context.Value(market))}/watch";
            var quotes = new ResumingStream<QuoteView>(() => api.StreamAsync(path, ApiJson.Default.QuoteView, stop), quote => quote.Slot, options, context.Time)
            {
                OnLost = failure => context.Say($"The stream was lost: {failure.Error.Reason} Trying again for {DurationText.Format(options.GiveUpAfter)}."),
                OnBack = () => context.Say("The stream is back."),
            };
            await foreach (var quote in quotes.ReadAsync(stop))
            {
                context.Output.WriteNext(quote, Shapes.Quote);
                if (--left == 0) return;
            }
        });
    }
}
