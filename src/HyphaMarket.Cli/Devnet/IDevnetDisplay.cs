using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Devnet;

/// <summary>Shows what happens in a devnet.</summary>
internal interface IDevnetDisplay
{
    /// <summary>Runs the body, which shows events one at a time, and takes the display down after it.</summary>
    Task RunAsync(Func<Action<NodeEvent>, Task> body);
}
