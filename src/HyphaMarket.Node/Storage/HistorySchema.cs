using Microsoft.Data.Sqlite;

using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Storage;

/// <summary>The history's tables, version by version. A published step is never changed: a new one is added.</summary>
internal static class HistorySchema
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE orders(
            id TEXT PRIMARY KEY, market TEXT NOT NULL, side TEXT NOT NULL, price_micros INTEGER NOT NULL, quantity INTEGER NOT NULL,
            filled INTEGER NOT NULL, term_minutes INTEGER NOT NULL, first_slot INTEGER NOT NULL, last_slot INTEGER NOT NULL,
            state TEXT NOT NULL, reason TEXT, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL) STRICT;
        CREATE INDEX orders_by_time ON orders(created_ms);
        CREATE TABLE trades(
            id TEXT PRIMARY KEY, market TEXT NOT NULL, slot INTEGER NOT NULL, quantity INTEGER NOT NULL,
            buy_price_micros INTEGER NOT NULL, sell_price_micros INTEGER NOT NULL, bid_micros INTEGER NOT NULL, ask_micros INTEGER NOT NULL,
            bid TEXT NOT NULL, ask TEXT NOT NULL, buyer TEXT NOT NULL, seller TEXT NOT NULL, brokers TEXT NOT NULL, seen_ms INTEGER NOT NULL) STRICT;
        CREATE INDEX trades_by_market ON trades(market, slot);
        CREATE TABLE leases(
            id TEXT PRIMARY KEY, trade TEXT NOT NULL, market TEXT NOT NULL, role TEXT NOT NULL, counterparty TEXT NOT NULL,
            quantity INTEGER NOT NULL, price_micros INTEGER NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
            longest_end_ms INTEGER NOT NULL, state TEXT NOT NULL, minutes INTEGER NOT NULL, micros INTEGER NOT NULL) STRICT;
        CREATE INDEX leases_by_start ON leases(start_ms);
        CREATE TABLE receipts(
            lease TEXT NOT NULL, minutes INTEGER NOT NULL, micros INTEGER NOT NULL, at_ms INTEGER NOT NULL, record BLOB NOT NULL,
            PRIMARY KEY(lease, minutes)) STRICT;
        """,
        """
        CREATE TABLE proofs(number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, slot INTEGER NOT NULL, complete INTEGER NOT NULL, file BLOB NOT NULL) STRICT;
        CREATE TABLE broker_sets(number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, network TEXT NOT NULL, market TEXT NOT NULL, epoch INTEGER NOT NULL,
            accepted_ms INTEGER NOT NULL, record BLOB NOT NULL) STRICT;
        """,
        """
        CREATE TABLE checks(number INTEGER PRIMARY KEY AUTOINCREMENT, lease TEXT NOT NULL, asked_ms INTEGER NOT NULL, record BLOB NOT NULL) STRICT;
        CREATE INDEX checks_by_lease ON checks(lease, number);
        """,
    ];

    /// <summary>Brings a file up to this program's version, one transaction a step.</summary>
    /// <exception cref="FatalException">The file was written by a newer program.</exception>
    public static void Migrate(SqliteConnection connection, string path)
    {
        var version = SqliteFile.Scalar(connection, "PRAGMA user_version");
        if (version > Steps.Length)
        {
            throw new FatalException(new Problem("history-too-new", $"The history {path} has version {version}; this program knows up to {Steps.Length}.",
                "A newer program has written it.", "Run that program, or move the file aside: it holds nothing that the node promised."), ExitCode.Unhealthy);
        }
        for (var step = (int)version; step < Steps.Length; step++)
        {
            using var transaction = connection.BeginTransaction();
            SqliteFile.Execute(connection, Steps[step]);
            SqliteFile.Execute(connection, $"PRAGMA user_version = {step + 1}");
            transaction.Commit();
        }
    }
}
