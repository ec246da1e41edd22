using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>market history</c>: certified matches that the node has seen.</summary>
internal static class MarketHistoryVerb
{
    public static Command Create(CliApp app)
    {
        var market = new Argument<string?>("market") { Description = "A profile's name or a market's id; without one, all markets.", Arity = ArgumentArity.ZeroOrOne };
        var before = new Option<string?>("--before") { Description = "Only earlier ones: RFC 3339.", HelpName = "TIME" };
        var limit = CountOption.Positive("--limit", "At most so many, the latest first; at most 1000.", 100);
        return new Command("history", "List certified matches: all of markets that the node brokers or follows, else its own.") { market, before, limit }.WithVerb(app, async (context, stop) =>
        {
            var path = context.Value(market) is { Length: > 0 } only ? $"/v1/markets/{Uri.EscapeDataString(only)}/trades" : "/v1/trades";
            var query = $"?limit={context.Value(limit)}";
            if (context.Value(before) is { } text)
            {
                if (!TimeText.TryParse(text, context.Time.GetUtcNow(), out var moment)) throw new CliException(ExitCode.Usage, "usage", $"--before \"{text}\" is no time.", "Give RFC 3339, as in 2026-11-21T12:00:00Z.");
                query += $"&before={moment.ToUnixTimeMilliseconds()}";
            }

            using var api = context.Api();
            context.Output.Write(await api.GetAsync(path + query, ApiJson.Default.IReadOnlyListTradeView, stop), PriceShapes.Trade);
        });
    }
}
