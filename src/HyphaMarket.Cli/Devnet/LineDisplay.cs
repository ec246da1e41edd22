using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Devnet;

/// <summary>One line for each event: for programs, and for people behind a pipe.</summary>
internal sealed class LineDisplay(OutputWriter output) : IDevnetDisplay
{
    public Task RunAsync(Func<Action<NodeEvent>, Task> body) => body(happened => output.WriteNext(happened, Shapes.Event));
}
