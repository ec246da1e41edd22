using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>price suggest</c>: what to charge or to pay.</summary>
internal static class PriceSuggestVerb
{
    public static Command Create(CliApp app)
    {
        var market = new Argument<string>("market") { Description = "A profile's name or a market's id." };
        var side = new Option<string>("--side") { Description = "bid (buy) or ask (sell).", HelpName = "SIDE", DefaultValueFactory = _ => "ask" }.OneOf("bid", "ask");
        var window = OptionParsers.Duration("--window", "How far back trades count. Default 24h.");
        return new Command("suggest", "Suggest a price from recent trades and the book.") { market, side, window }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var path = $"/v1/markets/{Uri.EscapeDataString(context.Value(market))}/price?side={context.Value(side)}&window={DurationText.Format(context.Value(window) ?? TimeSpan.FromDays(1))}";
            var suggestion = await api.GetAsync(path, ApiJson.Default.PriceSuggestionView, stop);
            context.Output.Write(suggestion, PriceShapes.Suggestion);
            if (suggestion.Scope == "own") context.Say("Only trades of this node count here. It sees all of a market that it brokers, or that \"history.watch\" names.");
        });
    }
}
