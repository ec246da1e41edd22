using Npgsql;

using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Storage.Prices.Postgres;

/// <summary>The tables in the database, version by version. A published step is never changed: a new one is added, such that nodes of the version before can go on.</summary>
internal static class PostgresSchema
{
    private static readonly string[] s_steps = [PostgresPrices.Create];

    public static int Version => s_steps.Length;

    /// <summary>The version of the tables that are there; 0 for none.</summary>
    public static async Task<int> ReadAsync(NpgsqlConnection connection, CancellationToken stop) =>
        await ScalarAsync(connection, PostgresPrices.HasSchema, stop) is true ? (int)(await ScalarAsync(connection, PostgresPrices.ReadVersion, stop))! : 0;

    /// <summary>Brings the tables up to this program's version, in one transaction; of nodes that start together one does it.</summary>
    /// <exception cref="FatalException">A newer program has made them.</exception>
    public static async Task MigrateAsync(NpgsqlConnection connection, PostgresAddress address, CancellationToken stop)
    {
        var version = await ReadAsync(connection, stop);
        Check(version, address);
        if (version == Version) return;
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await ScalarAsync(connection, PostgresPrices.LockSchema, stop);
        // Another node may have been here while this one waited.
        for (var step = await ReadAsync(connection, stop); step < Version; step++) await ScalarAsync(connection, s_steps[step], stop);
        await transaction.CommitAsync(stop);
    }

    public static void Check(int version, PostgresAddress address)
    {
        if (version <= Version) return;
        throw new FatalException(new Problem("history-too-new", $"The tables of the database {address} have version {version}; this program knows up to {Version}.",
            "A newer program has made them.", "Run that program, or name another database in \"history.postgres\"."), ExitCode.Unhealthy);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        // The texts are constants of PostgresPrices.
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(stop);
    }
}
