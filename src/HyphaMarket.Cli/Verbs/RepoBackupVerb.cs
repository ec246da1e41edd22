using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Storage.Backups;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>repo backup</c>: copies what a node must keep, while it runs or not.</summary>
internal static class RepoBackupVerb
{
    public static Command Create(CliApp app)
    {
        var target = new Argument<string>("directory") { Description = "Where to; it must not be there yet. It holds the key: keep it as you would keep money." };
        return new Command("backup", "Copy key, configuration, journal and histories, while the node runs or not.") { target }.WithVerb(app, (context, _) =>
        {
            var made = Path.GetFullPath(context.Value(target)!);
            RepositoryBackup.Make(new NodeOptions { DataDirectory = Path.GetFullPath(context.DataDirectory) }, made);
            return Task.FromResult(CheckReport.Write(context, RepositoryChecks.Run(new NodeOptions { DataDirectory = made }), showsAll: true));
        });
    }
}
