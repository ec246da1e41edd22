using Microsoft.Data.Sqlite;

using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Storage;

/// <summary>What both stores do with SQLite.</summary>
internal static class SqliteFile
{
    /// <summary>SQLite's primary result codes (sqlite.org/rescode.html) that mean that a file's content is wrong.</summary>
    private const int Corrupt = 11, NotADatabase = 26;
    private const int DiskFull = 13, CannotOpen = 14, ReadOnly = 8;

    /// <summary>No pool, so that closing closes; ten seconds for another's lock, which the instance lock keeps away anyhow.</summary>
    public static string ConnectionString(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 10 }.ToString();

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        // Only constants of this assembly come here.
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Says in words why a store cannot be opened.</summary>
    public static FatalException CannotOpenStore(string store, string path, SqliteException e) => e.SqliteErrorCode switch
    {
        Corrupt or NotADatabase => new FatalException(new Problem("store-damaged", $"The {store} {path} is damaged.", e.Message,
            $"Move {path}* aside and start again: the node then takes no part in votes and sells nothing until what it may have promised has lapsed."), ExitCode.Unhealthy, e),
        DiskFull => new FatalException(new Problem("disk-full", $"The disk of the {store} {path} is full.", e.Message, "Make room, then start the node again."), ExitCode.Unhealthy, e),
        CannotOpen or ReadOnly => new FatalException(new Problem("store-unreachable", $"The {store} {path} cannot be opened for writing.", e.Message, "Let the node's user write its data directory."), ExitCode.Permission, e),
        _ => new FatalException(new Problem("store-unreachable", $"The {store} {path} cannot be opened.", e.Message, "Mend the disk, then start the node again."), ExitCode.Unhealthy, e),
    };
}
