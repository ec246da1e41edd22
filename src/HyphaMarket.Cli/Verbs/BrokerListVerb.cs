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
            context.Say($"Epoch {set.Epoch} ({set.Kind}) from slot {set.FirstSlot}: {set.Members.Count} brokers, {set.Quorum} votes certify, {set.Tolerated} may fail.");
            if (set.Kind == "interregnum") context.Say("It is an interregnum: the set before it was gone, and only its own members signed it.");
            if (set.SharedPrefixes > 0) context.Say($"{set.SharedPrefixes} of them share a network (/24 or /48) with another.");
            if (set.NextChange is { } next) context.Say($"Next change: {next}.");
            context.Output.Write(set.Members, Shapes.Broker);
        });
    }
}
