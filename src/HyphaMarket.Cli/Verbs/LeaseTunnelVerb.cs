using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>lease tunnel</c>: a local port that comes out at the worker, until Ctrl-C.</summary>
internal static class LeaseTunnelVerb
{
    public static Command Create(CliApp app)
    {
        var id = new Argument<string>("id") { Description = "The lease's id or its first digits." };
        var local = new Option<string>("--local") { Description = "Where to listen on this machine; port 0 takes a free one.", HelpName = "IP:PORT", DefaultValueFactory = _ => "127.0.0.1:0" };
        var remote = new Option<int>("--remote") { Description = "A port of the worker that its configuration allows.", HelpName = "PORT", Required = true };
        return new Command("tunnel", "Reach a port of the worker through a lease.") { id, local, remote }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var request = new TunnelRequest(context.Value(local)!, context.Value(remote));
            var first = true;
            await foreach (var view in api.PostStreamAsync($"/v1/leases/{Uri.EscapeDataString(context.Value(id))}/tunnel", request, ApiJson.Default.TunnelRequest, ApiJson.Default.TunnelView, stop))
            {
                // A program gets every report; a person is told once where to connect.
                if (first || context.Format is OutputFormat.Jsonl) context.Output.WriteNext(view, Shapes.Tunnel);
                first = false;
            }
            context.Say("The tunnel has ended.");
        });
    }
}
