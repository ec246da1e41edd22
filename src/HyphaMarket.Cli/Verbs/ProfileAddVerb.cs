using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>profile add</c>: takes a published profile into this node's catalogue; needs no daemon.</summary>
internal static class ProfileAddVerb
{
    public static Command Create(CliApp app)
    {
        var file = new Argument<string>("file") { Description = "A file with one profile, in JSON." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what it would be." };
        return new Command("add", "Add a profile that others have published to this node's catalogue. A known one never changes.") { file, dryRun }.WithVerb(app, (context, _) =>
        {
            var (profile, wasThere) = new DirectoryProfiles(context.DataDirectory).Add(context.Value(file), context.Value(dryRun));
            context.Output.Write(profile, Shapes.Profile);
            context.Say(wasThere ? $"{profile.Slug} is known already; nothing changed."
                : context.Value(dryRun) ? $"{profile.Slug} would be added."
                : $"{profile.Slug} is in the catalogue. A daemon that runs reads it at its next start.");
            return Task.CompletedTask;
        });
    }
}
