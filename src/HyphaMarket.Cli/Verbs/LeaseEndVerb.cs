using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>lease end</c>: with notice, by either side.</summary>
internal static class LeaseEndVerb
{
    public static Command Create(CliApp app)
    {
        var id = new Argument<string>("id") { Description = "The lease's id or its first digits." };
        var reason = new Option<string>("--reason") { Description = "For the other party.", DefaultValueFactory = _ => "" };
        return new Command("end", "End a lease; it runs for its notice yet.") { id, reason }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var ended = await api.PostAsync($"/v1/leases/{Uri.EscapeDataString(context.Value(id))}/end", new LeaseEndRequest(context.Value(reason) ?? ""), ApiJson.Default.LeaseEndRequest, ApiJson.Default.LeaseView, stop);
            context.Output.Write(ended, Shapes.Lease);
        });
    }
}
