using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>lease ls</c>.</summary>
internal static class LeaseListVerb
{
    public static Command Create(CliApp app)
    {
        var state = new Option<string?>("--state") { Description = "active or ended.", HelpName = "STATE" }.OneOf("active", "ended");
        var limit = new Option<int>("--limit") { Description = "At most so many, the newest first.", DefaultValueFactory = _ => 100 };
        return new Command("ls", "List your leases.") { state, limit }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var query = $"/v1/leases?limit={context.Value(limit)}" + (context.Value(state) is { } wanted ? $"&state={wanted}" : "");
            context.Output.Write(await api.GetAsync(query, ApiJson.Default.IReadOnlyListLeaseView, stop), Shapes.Lease);
        });
    }
}
