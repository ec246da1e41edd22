using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>order explain</c>: why an order is where it is, and what would change it.</summary>
internal static class OrderExplainVerb
{
    public static Command Create(CliApp app)
    {
        var id = new Argument<string>("id") { Description = "The order's id or its first digits." };
        return new Command("explain", "Say why an order is where it is, what is ahead of it, and what would let it match.") { id }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            context.Output.Write(await api.GetAsync($"/v1/orders/{Uri.EscapeDataString(context.Value(id))}/explain", ApiJson.Default.OrderExplanationView, stop), Shapes.OrderExplanation);
        });
    }
}
