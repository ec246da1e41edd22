using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>order watch</c>: what happens to your orders, until Ctrl-C.</summary>
internal static class OrderWatchVerb
{
    public static Command Create(CliApp app)
    {
        var id = new Argument<string?>("id") { Description = "Only this order.", Arity = ArgumentArity.ZeroOrOne };
        var after = new Option<long?>("--after") { Description = "Resume after this sequence number.", HelpName = "SEQ" };
        return new Command("watch", "Follow what happens to your orders.") { id, after }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var query = new List<string>();
            if (context.Value(id) is { } only) query.Add("id=" + Uri.EscapeDataString(only));
            if (context.Value(after) is { } seen) query.Add("after=" + seen.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await foreach (var happened in api.StreamAsync("/v1/orders/watch?" + string.Join('&', query), ApiJson.Default.NodeEvent, stop)) context.Output.WriteNext(happened, Shapes.Event);
        });
    }
}
