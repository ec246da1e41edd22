using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>order get</c>.</summary>
internal static class OrderGetVerb
{
    public static Command Create(CliApp app)
    {
        var id = new Argument<string>("id") { Description = "The order's id or its first digits." };
        return new Command("get", "Show one order.") { id }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            context.Output.Write(await api.GetAsync($"/v1/orders/{Uri.EscapeDataString(context.Value(id))}", ApiJson.Default.OrderView, stop), Shapes.Order);
        });
    }
}
