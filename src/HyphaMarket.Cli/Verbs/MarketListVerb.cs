using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>market ls</c>.</summary>
internal static class MarketListVerb
{
    public static Command Create(CliApp app) => new Command("ls", "List the markets that the node knows.").WithVerb(app, async (context, stop) =>
    {
        using var api = context.Api();
        context.Output.Write(await api.GetAsync("/v1/markets", ApiJson.Default.IReadOnlyListMarketView, stop), Shapes.Market);
    });
}
