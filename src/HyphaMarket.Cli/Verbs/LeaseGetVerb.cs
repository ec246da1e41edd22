using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>lease get</c>.</summary>
internal static class LeaseGetVerb
{
    public static Command Create(CliApp app)
    {
        var id = new Argument<string>("id") { Description = "The lease's id or its first digits." };
        return new Command("get", "Show one lease.") { id }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            context.Output.Write(await api.GetAsync($"/v1/leases/{Uri.EscapeDataString(context.Value(id))}", ApiJson.Default.LeaseView, stop), Shapes.LeaseWithCheck);
        });
    }
}
