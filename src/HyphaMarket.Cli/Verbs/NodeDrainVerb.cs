using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>node drain</c>: ends the node's work in order; it stays up for its leases.</summary>
internal static class NodeDrainVerb
{
    public static Command Create(CliApp app)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Tell what would be done, and do nothing." };
        return new Command("drain", "Take no more orders, cancel the open ones, and give up places in broker sets; leases run on.") { dryRun }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var drained = await api.PostAsync("/v1/node/drain", new DrainRequest(context.Value(dryRun)), ApiJson.Default.DrainRequest, ApiJson.Default.DrainView, stop);
            context.Output.Write(drained, NodeShapes.Drain);
            if (context.Value(dryRun)) context.Say("Nothing was done.");
            else context.Say("The node takes no more orders until it is started anew. `hypha-market node stop` stops it.");
        });
    }
}
