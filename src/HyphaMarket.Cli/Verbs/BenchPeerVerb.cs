using System.CommandLine;

using HyphaMarket.Bench.Peers;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>bench peer</c>: one end of a measure, which <c>bench libp2p</c> starts and drives over standard input.</summary>
internal static class BenchPeerVerb
{
    public static Command Create(CliApp app)
    {
        var stack = new Argument<string>("stack") { Description = "hypha or socket." };
        stack.AcceptOnlyFromAmong([.. PeerProgram.Stacks]);
        var command = new Command("peer", "One end of a measure, for `bench libp2p`.") { stack };
        command.Hidden = true;
        return command.WithVerb(app, (context, stop) => PeerProgram.RunAsync(context.Value(stack), Console.In, context.Console.Out, stop));
    }
}
