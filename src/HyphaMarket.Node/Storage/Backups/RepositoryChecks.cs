using Microsoft.Data.Sqlite;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;

namespace HyphaMarket.Node.Storage.Backups;

/// <summary>Whether what a data directory, or a backup of one, keeps is what was written there. Reads only; the daemon may run meanwhile.</summary>
public static class RepositoryChecks
{
    /// <summary>The checks in order; each stands for itself. What is only a memory of others (known peers, routing table) is made anew where it is bad, and not looked at.</summary>
    public static IReadOnlyList<CheckView> Run(NodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return
        [
            Attempt("data-directory", () => DataDirectory.Check(options.DataDirectory), $"{options.DataDirectory} is this user's alone."),
            Attempt("key", () => KeyFile.Load(options.KeyFile).Dispose(), $"{options.KeyFile} is sound and this user's alone."),
            Attempt("profiles", () => CatalogueFiles.Load(options.DataDirectory), "The catalogue and what was added to it can be read."),
            JournalCheck(options.JournalFile),
            DatabaseCheck("history", options.HistoryFile, "It is a memory of orders and leases that binds nobody"),
            DatabaseCheck("prices", options.PricesFile, "It is a memory of prices that binds nobody"),
        ];
    }

    internal static CheckView Attempt(string name, Action check, string good)
    {
        try
        {
            check();
            return CheckView.Ok(name, good);
        }
        catch (FatalException e)
        {
            return CheckView.Failed(name, e.Problems[0]);
        }
    }

    internal static CheckView JournalCheck(string path)
    {
        if (!File.Exists(path)) return CheckView.Ok("journal", "There is no journal yet: the node has promised nothing.");
        try
        {
            var (entries, damage) = Journal.Check(path);
            return damage.Count == 0
                ? CheckView.Ok("journal", FormattableString.Invariant($"All {entries:N0} entries of {path} are as they were written."))
                : new CheckView("journal", CheckState.Failed, $"{path} is damaged: {damage[0].What}", FormattableString.Invariant($"So it is in {damage.Count} {(damage.Count == 1 ? "place" : "places")}: the node may have promised what it no longer knows."),
                    "Start the node as it is: it then abstains and sells nothing until what it may have promised has lapsed. Restore no older copy for it. See \"After a damaged disk\" in deploy/OPERATING.md.");
        }
        catch (FatalException e)
        {
            return CheckView.Failed("journal", e.Problems[0]);
        }
    }

    private static CheckView DatabaseCheck(string name, string path, string worth)
    {
        if (!File.Exists(path)) return CheckView.Ok(name, $"There is no {path} yet.");
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadOnly }.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA integrity_check(1)";
            var found = command.ExecuteScalar() as string;
            return found == "ok" ? CheckView.Ok(name, $"{path} is sound.") : Damaged(found ?? "nothing could be read");
        }
        catch (SqliteException e)
        {
            return Damaged(e.Message);
        }

        CheckView Damaged(string why) => new(name, CheckState.Failed, $"{path} is damaged: {why}", $"{worth}.", $"Stop the node and move {path}* aside; it is made anew.");
    }
}
