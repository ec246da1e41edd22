using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Output;

/// <summary>The shapes of what tells how a node and its network are.</summary>
internal static class NodeShapes
{
    public static Shape<CheckView> Check { get; } = new(CliJson.Default.CheckView, check => check.Name,
    [
        new("CHECK", check => check.Name), new("STATE", check => check.State), new("WHAT", check => check.What), new("WHY", check => check.Why), new("FIX", check => check.Fix),
    ]);
}
