using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>net ping</c>: round trips to a peer over the node's own connections; unhealthy where none came back, partial where some did not.</summary>
internal static class NetPingVerb
{
    public static Command Create(CliApp app)
    {
        var peer = new Argument<string>("peer") { Description = "A peer id, or an address that ends with /p2p/PEER." };
        var count = CountOption.Positive("--count", "How often; at most 1000.", 4);
        return new Command("ping", "Ping a peer once a second.") { peer, count }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var (asked, answered) = (0, 0);
            await foreach (var ping in api.StreamAsync($"/v1/net/ping?peer={Uri.EscapeDataString(context.Value(peer))}&count={context.Value(count)}", ApiJson.Default.PingView, stop))
            {
                context.Output.WriteNext(ping, NodeShapes.Ping);
                asked++;
                if (ping.Ms is not null) answered++;
            }

            context.Say($"{answered} of {asked} pings were answered.");
            return answered == asked ? ExitCode.Ok : answered > 0 ? ExitCode.Partial : ExitCode.Unhealthy;
        });
    }
}
