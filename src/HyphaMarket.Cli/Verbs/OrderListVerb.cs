using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>order ls</c>.</summary>
internal static class OrderListVerb
{
    public static Command Create(CliApp app)
    {
        var state = new Option<string?>("--state") { Description = "Only orders in this state: open, matched, filled, cancelled, expired, refused.", HelpName = "STATE" }
            .OneOf(OrderState.Submitting, OrderState.Open, OrderState.Matched, OrderState.Filled, OrderState.Cancelled, OrderState.Expired, OrderState.Refused);
        var limit = new Option<int>("--limit") { Description = "At most so many, the newest first.", DefaultValueFactory = _ => 100 };
        return new Command("ls", "List your orders.") { state, limit }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var query = $"/v1/orders?limit={context.Value(limit)}" + (context.Value(state) is { } wanted ? $"&state={wanted}" : "");
            context.Output.Write(await api.GetAsync(query, ApiJson.Default.IReadOnlyListOrderView, stop), Shapes.Order);
        });
    }
}
