using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>profile ls</c>: the catalogue that ships with the program; needs no daemon.</summary>
internal static class ProfileListVerb
{
    public static Command Create(CliApp app) => new Command("ls", "List the standard profiles, from small to large.").WithVerb(app, (context, _) =>
    {
        context.Output.Write(CatalogueProfileService.BuiltIn.List(), Shapes.Profile);
        return Task.CompletedTask;
    });
}
