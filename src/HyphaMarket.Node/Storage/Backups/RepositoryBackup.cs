using Microsoft.Data.Sqlite;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;

namespace HyphaMarket.Node.Storage.Backups;

/// <summary>Copies what a node must keep to another directory, and back to where there is no node.</summary>
/// <remarks>
/// The databases are copied as of one moment though the daemon writes them. A journal that comes back is an older copy by nature: the restored node is marked, and at its
/// first start promises nothing until what it may have promised since has lapsed.
/// </remarks>
public static class RepositoryBackup
{
    /// <summary>Makes a backup in a directory that is not there yet, 0700 as it holds the key.</summary>
    /// <exception cref="FatalException">There is something, the node's files cannot be read, or the disk refused; what was begun is removed.</exception>
    public static void Make(NodeOptions node, string target)
    {
        ArgumentNullException.ThrowIfNull(node);
        DataDirectory.Check(node.DataDirectory);
        Fill(node, target, "backup-exists", "A backup never overwrites another.", "Name a directory that is not there yet, for example with the date in it.");
    }

    /// <summary>Restores a backup to a data directory that is not there yet.</summary>
    /// <exception cref="FatalException">There is a node already, or the backup is damaged, or the disk refused; what was begun is removed.</exception>
    public static void Restore(string backup, NodeOptions node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var source = node with { DataDirectory = Path.GetFullPath(backup) };
        if (RepositoryChecks.Run(source).FirstOrDefault(check => check.State == CheckState.Failed) is { } bad)
        {
            throw new FatalException(new Problem("backup-damaged", $"The backup is not whole: {bad.What}", bad.Why, "Take another backup."), ExitCode.Unhealthy);
        }

        Fill(source, node.DataDirectory, "node-exists", "A restored journal must never take the place of a newer one.", "Restore to a directory that is not there yet, with --data DIR; stop the old node for good first.");
        File.WriteAllText(node.RestoredMark, "This journal was restored from a backup. The first start reads this and is careful; a clean stop removes it.\n");
    }

    private static void Fill(NodeOptions node, string target, string code, string why, string fix)
    {
        var copy = node with { DataDirectory = Path.GetFullPath(target) };
        if (Path.Exists(copy.DataDirectory)) throw new FatalException(new Problem(code, $"{copy.DataDirectory} is there already.", why, fix), ExitCode.Error);
        try
        {
            DataDirectory.Prepare(copy.DataDirectory);
            using (KeyFile.Load(node.KeyFile))
            {
                CopyFile(node.KeyFile, copy.KeyFile);
            }

            CopyFile(node.ConfigurationFile, copy.ConfigurationFile);
            CopyProfiles(node, copy);
            CopyDatabase(node.JournalFile, copy.JournalFile);
            CopyDatabase(node.HistoryFile, copy.HistoryFile);
            CopyDatabase(node.PricesFile, copy.PricesFile);
            var copied = RepositoryChecks.JournalCheck(copy.JournalFile);
            if (copied.State == CheckState.Failed) throw new FatalException(new Problem("journal-damaged", copied.What, copied.Why, copied.Fix), ExitCode.Unhealthy);
        }
        catch (Exception e)
        {
            // Half a backup is none, and must not be taken for one.
            if (Directory.Exists(copy.DataDirectory)) Directory.Delete(copy.DataDirectory, recursive: true);
            if (e is IOException or UnauthorizedAccessException or SqliteException)
            {
                throw new FatalException(new Problem("copy-failed", $"{node.DataDirectory} could not be copied to {copy.DataDirectory}.", e.Message, "Make room or choose another place, then try again."), ExitCode.Error, e);
            }

            throw;
        }
    }

    private static void CopyProfiles(NodeOptions node, NodeOptions copy)
    {
        if (!Directory.Exists(node.ProfilesDirectory)) return;
        Directory.CreateDirectory(copy.ProfilesDirectory, DataDirectory.Mode);
        foreach (var path in Directory.EnumerateFiles(node.ProfilesDirectory, "*.json")) CopyFile(path, Path.Combine(copy.ProfilesDirectory, Path.GetFileName(path)));
    }

    private static void CopyFile(string from, string to)
    {
        if (!File.Exists(from)) return;
        using var source = File.OpenRead(from);
        using var copy = new FileStream(to, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = KeyFile.Mode });
        source.CopyTo(copy);
        copy.Flush(flushToDisk: true);
    }

    /// <summary>A picture of one moment, whoever writes meanwhile; the copy is synced before this returns.</summary>
    private static void CopyDatabase(string from, string to)
    {
        if (!File.Exists(from)) return;
        using var source = new SqliteConnection(SqliteFile.ConnectionString(from));
        source.Open();
        using var command = source.CreateCommand();
        command.CommandText = "VACUUM INTO $to";
        command.Parameters.AddWithValue("$to", to);
        command.ExecuteNonQuery();
        File.SetUnixFileMode(to, KeyFile.Mode);
        using var written = new FileStream(to, FileMode.Open, FileAccess.ReadWrite);
        written.Flush(flushToDisk: true);
    }
}
