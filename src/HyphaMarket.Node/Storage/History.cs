using Microsoft.Data.Sqlite;

namespace HyphaMarket.Node.Storage;

/// <summary>What happened, for listing: orders, trades, leases, receipts. Nothing that the node promised depends on it; the journal holds that.</summary>
/// <remarks>Safe for use by many threads; calls are short and one at a time. A list has at most the rows that the caller asks for.</remarks>
public sealed partial class History : IDisposable
{
    /// <summary>Rows of one answer; a page for a program, many for a person.</summary>
    public const int MostRows = 1_000;

    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new();

    private History(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens or makes the history and brings its tables up to date.</summary>
    /// <exception cref="Hosting.FatalException">The file cannot be opened, is damaged, or is of a newer version.</exception>
    public static History Open(string path)
    {
        var connection = new SqliteConnection(SqliteFile.ConnectionString(path));
        try
        {
            connection.Open();
            SqliteFile.Execute(connection, "PRAGMA journal_mode = WAL");
            // NORMAL may lose the last moments at a power cut and never damages the file; the journal is what must lose nothing.
            SqliteFile.Execute(connection, "PRAGMA synchronous = NORMAL");
            HistorySchema.Migrate(connection, path);
            return new History(connection);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw SqliteFile.CannotOpenStore("history", path, e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        lock (_gate) _connection.Dispose();
    }

    private void Write(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_gate)
        {
            using var command = Command(sql, parameters);
            command.ExecuteNonQuery();
        }
    }

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> row, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_gate)
        {
            using var command = Command(sql, parameters);
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read()) rows.Add(row(reader));
            return rows;
        }
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = _connection.CreateCommand();
        // The texts are constants of this class; values come as parameters.
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    private static int Limit(int limit) => Math.Clamp(limit, 1, MostRows);
}
