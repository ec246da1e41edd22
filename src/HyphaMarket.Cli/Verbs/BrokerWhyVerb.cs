using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>broker why</c>: why these are a market's brokers.</summary>
internal static class BrokerWhyVerb
{
    public static Command Create(CliApp app)
    {
        var market = new Argument<string>("market") { Description = "A profile's name or a market's id." };
        return new Command("why", "Explain why these are a market's brokers, and what would change them.") { market }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            context.Output.Write(await api.GetAsync($"/v1/brokers/{Uri.EscapeDataString(context.Value(market))}/why", ApiJson.Default.BrokerWhyView, stop), Shapes.BrokerWhy);
        });
    }
}
