using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>profile ls</c>: the program's catalogue and what the operator added to it; needs no daemon.</summary>
internal static class ProfileListVerb
{
    public static Command Create(CliApp app) => new Command("ls", "List the standard profiles, from small to large.").WithVerb(app, (context, _) =>
    {
        context.Output.Write(new DirectoryProfiles(context.DataDirectory).List(), Shapes.Profile);
        return Task.CompletedTask;
    });
}
