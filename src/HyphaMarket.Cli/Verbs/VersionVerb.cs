using System.CommandLine;
using System.Runtime.InteropServices;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>version</c>.</summary>
internal static class VersionVerb
{
    public static VersionView View { get; } = new(NodeStatusService.Version, RuntimeInformation.FrameworkDescription, RuntimeInformation.RuntimeIdentifier);

    public static Command Create(CliApp app) => new Command("version", "Tell the program's version.").WithVerb(app, (context, _) =>
    {
        context.Output.Write(View, Shapes.Version);
        return Task.CompletedTask;
    });
}
