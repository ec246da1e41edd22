using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>profile get</c>: one profile with its requirements; needs no daemon.</summary>
internal static class ProfileGetVerb
{
    public static Command Create(CliApp app)
    {
        var name = new Argument<string>("profile") { Description = "A profile's name or id." };
        return new Command("get", "Show a profile and what it requires.") { name }.WithVerb(app, (context, _) =>
        {
            var profile = new DirectoryProfiles(context.DataDirectory).Get(context.Value(name));
            context.Output.Write(profile, Detailed(profile));
            return Task.CompletedTask;
        });
    }

    private static Shape<ProfileView> Detailed(ProfileView profile) => Shapes.Profile with
    {
        Columns = [new("NAME", shown => shown.Name), .. Shapes.Profile.Columns.Where(column => column.Header != "ID"), new("ID", shown => shown.Market),
            .. profile.Requirements.Select(requirement => new Column<ProfileView>(requirement.Key.Replace('_', ' ').ToUpperInvariant(), _ => requirement.Value))],
    };
}
