using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Storage.Backups;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>repo restore</c>: makes a data directory of a backup, marked so that its first start is careful.</summary>
internal static class RepoRestoreVerb
{
    public static Command Create(CliApp app)
    {
        var backup = new Argument<string>("backup") { Description = "A directory that `repo backup` made." };
        return new Command("restore", "Make a data directory of a backup; the node that starts from it first waits until what it may have promised since has lapsed.") { backup }.WithVerb(app, (context, _) =>
        {
            var node = new NodeOptions { DataDirectory = Path.GetFullPath(context.DataDirectory) };
            RepositoryBackup.Restore(context.Value(backup)!, node);
            return Task.FromResult(CheckReport.Write(context, RepositoryChecks.Run(node), showsAll: true));
        });
    }
}
