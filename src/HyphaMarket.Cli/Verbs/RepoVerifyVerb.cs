using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Storage.Backups;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>repo verify</c>: whether the files of a data directory, or of a backup, are what was written; unhealthy where one is not.</summary>
internal static class RepoVerifyVerb
{
    public static Command Create(CliApp app)
    {
        var directory = new Argument<string?>("directory") { Description = "A data directory or a backup; else the node's own.", Arity = ArgumentArity.ZeroOrOne };
        return new Command("verify", "Check key, journal and histories of a data directory or a backup.") { directory }.WithVerb(app, (context, _) =>
        {
            var options = new NodeOptions { DataDirectory = Path.GetFullPath(context.Value(directory) ?? context.DataDirectory) };
            return Task.FromResult(CheckReport.Write(context, RepositoryChecks.Run(options), showsAll: true));
        });
    }
}
