using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>broker ls</c>: a market's broker set.</summary>
internal static class BrokerListVerb
{
    public static Command Create(CliApp app)
    {
        var market = new Argument<string>("market") { Description = "A profile's name or a market's id." };
        return new Command("ls", "List the brokers of a market.") { market }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var set = await api.GetAsync($"/v1/brokers/{Uri.EscapeDataString(context.Value(market))}", ApiJson.Default.BrokerSetView, stop);
            context.Say($"Epoch {set.Epoch} from slot {set.FirstSlot}: {set.Members.Count} brokers, {set.Quorum} votes certify, {set.Tolerated} may fail.");
            context.Output.Write(set.Members, Shapes.Broker);
        });
    }
}
