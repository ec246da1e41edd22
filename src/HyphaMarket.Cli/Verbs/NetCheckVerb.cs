using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>net check</c>: whether the node reaches its network and is reached; unhealthy where it does not.</summary>
internal static class NetCheckVerb
{
    public static Command Create(CliApp app) => new Command("check", "Check addresses, first contacts, reachability and the DHT of the running node.").WithVerb(app, async (context, stop) =>
    {
        using var api = context.Api();
        return CheckReport.Write(context, await api.GetAsync("/v1/net/check", ApiJson.Default.IReadOnlyListCheckView, stop), showsAll: true);
    });
}
