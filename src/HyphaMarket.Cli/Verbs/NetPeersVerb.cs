using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>net peers</c>: every open connection.</summary>
internal static class NetPeersVerb
{
    public static Command Create(CliApp app) => new Command("peers", "List the peers that the node is connected with.").WithVerb(app, async (context, stop) =>
    {
        using var api = context.Api();
        context.Output.Write(await api.GetAsync("/v1/net/peers", ApiJson.Default.IReadOnlyListPeerView, stop), NodeShapes.Peer);
    });
}
