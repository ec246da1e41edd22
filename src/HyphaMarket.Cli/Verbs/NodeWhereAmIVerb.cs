using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>node whereami</c>: what other nodes hold of this one; partial where some hold nothing, unhealthy where all do.</summary>
internal static class NodeWhereAmIVerb
{
    public static Command Create(CliApp app) => new Command("whereami", "Ask other nodes whether they find this one, its broker record and its orders.").WithVerb(app, async (context, stop) =>
    {
        using var api = context.Api();
        var where = await api.GetAsync("/v1/node/whereami", ApiJson.Default.WhereAmIView, stop);
        if (context.Format == OutputFormat.Json && !context.Quiet) context.Output.Write(where, NodeShapes.WhereAmI);
        else context.Output.Write(where.Holdings, NodeShapes.Holding);
        var held = where.Holdings.Count(holding => holding.State == HoldingView.Held);
        context.Say($"{where.Peer} tells others {(where.Addresses.Count == 0 ? "no address" : string.Join(" ", where.Addresses))} and is {(where.Reachability == "unknown" ? "not tested for being reachable" : where.Reachability)}.");
        if (where.Holdings.Count == 0)
        {
            context.Say("Nobody could be asked: no other node is known. See `hypha-market net check`.");
            return ExitCode.Unhealthy;
        }

        context.Say($"{held} of {where.Holdings.Count} answers say that it is known.");
        return held == where.Holdings.Count ? ExitCode.Ok : held > 0 ? ExitCode.Partial : ExitCode.Unhealthy;
    });
}
