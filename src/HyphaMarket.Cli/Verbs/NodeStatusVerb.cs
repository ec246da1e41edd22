using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>node status</c>: how the daemon is; unhealthy where it is not ready.</summary>
internal static class NodeStatusVerb
{
    public static Command Create(CliApp app) => new Command("status", "Tell how the daemon is.").WithVerb(app, async (context, stop) =>
    {
        using var api = context.Api();
        var status = await api.GetAsync("/v1/status", ApiJson.Default.NodeStatus, stop);
        context.Output.Write(status, Shapes.Status);
        return status.Ready ? ExitCode.Ok : ExitCode.Unhealthy;
    });
}
