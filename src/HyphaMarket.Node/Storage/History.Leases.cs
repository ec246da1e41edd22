using Microsoft.Data.Sqlite;

namespace HyphaMarket.Node.Storage;

public sealed partial class History
{
    /// <summary>Adds a lease or replaces its end, state and usage.</summary>
    public void Save(LeaseRow lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        Write("""
            INSERT INTO leases VALUES ($id, $trade, $market, $role, $counterparty, $quantity, $price, $start, $end, $longest, $state, $minutes, $micros)
            ON CONFLICT(id) DO UPDATE SET end_ms = $end, state = $state, minutes = $minutes, micros = $micros
            """,
            ("$id", lease.Id), ("$trade", lease.Trade), ("$market", lease.Market), ("$role", lease.Role), ("$counterparty", lease.Counterparty),
            ("$quantity", lease.Quantity), ("$price", lease.PriceMicros), ("$start", lease.StartMs), ("$end", lease.EndMs), ("$longest", lease.LongestEndMs),
            ("$state", lease.State), ("$minutes", lease.Minutes), ("$micros", lease.Micros));
    }

    public LeaseRow? FindLease(string id) => Read("SELECT * FROM leases WHERE id = $id", Lease, ("$id", id)).FirstOrDefault();

    /// <summary>The newest leases first.</summary>
    /// <param name="state">Only those in this state; null for all.</param>
    public IReadOnlyList<LeaseRow> ListLeases(int limit, string? state = null) =>
        Read("SELECT * FROM leases WHERE $state IS NULL OR state = $state ORDER BY start_ms DESC, id LIMIT $limit", Lease, ("$state", state), ("$limit", Limit(limit)));

    /// <summary>Adds a receipt, which takes the place of the lease's earlier ones of the same hour: receipts are cumulative and come every minute.</summary>
    public void Save(ReceiptRow receipt)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        Write("DELETE FROM receipts WHERE lease = $lease AND minutes < $minutes AND at_ms >= $hour", ("$lease", receipt.Lease), ("$minutes", receipt.Minutes), ("$hour", receipt.AtMs - (receipt.AtMs % HourMs)));
        Write("INSERT OR IGNORE INTO receipts VALUES ($lease, $minutes, $micros, $at, $record)",
            ("$lease", receipt.Lease), ("$minutes", receipt.Minutes), ("$micros", receipt.Micros), ("$at", receipt.AtMs), ("$record", receipt.Record.ToArray()));
    }

    /// <summary>The receipts of a lease, the latest first.</summary>
    public IReadOnlyList<ReceiptRow> ListReceipts(string lease, int limit) =>
        Read("SELECT lease, minutes, micros, at_ms, record FROM receipts WHERE lease = $lease ORDER BY minutes DESC LIMIT $limit",
            row => new ReceiptRow(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), (byte[])row[4]), ("$lease", lease), ("$limit", Limit(limit)));

    /// <summary>The leases that ran in a stretch of time, the newest first, with what their receipts say of it; exact to the hour.</summary>
    /// <param name="fromMs">Null for the beginning.</param>
    /// <param name="toMs">Null for the last receipt.</param>
    public IReadOnlyList<StatementRow> ListStatement(long? fromMs, long? toMs, int limit) => Read("""
        SELECT l.*,
            CASE WHEN $to IS NULL THEN l.minutes ELSE COALESCE((SELECT MAX(minutes) FROM receipts WHERE lease = l.id AND at_ms < $to), 0) END
                - COALESCE((SELECT MAX(minutes) FROM receipts WHERE lease = l.id AND at_ms < $from), 0),
            CASE WHEN $to IS NULL THEN l.micros ELSE COALESCE((SELECT MAX(micros) FROM receipts WHERE lease = l.id AND at_ms < $to), 0) END
                - COALESCE((SELECT MAX(micros) FROM receipts WHERE lease = l.id AND at_ms < $from), 0)
        FROM leases AS l
        WHERE ($to IS NULL OR l.start_ms < $to) AND ($from IS NULL OR l.end_ms >= $from - $hour)
        ORDER BY l.start_ms DESC, l.id LIMIT $limit
        """, row => new StatementRow(Lease(row), row.GetInt64(13), row.GetInt64(14)), ("$from", fromMs), ("$to", toMs), ("$hour", HourMs), ("$limit", Limit(limit)));

    private const long HourMs = 3_600_000;

    private static LeaseRow Lease(SqliteDataReader row) => new()
    {
        Id = row.GetString(0), Trade = row.GetString(1), Market = row.GetString(2), Role = row.GetString(3), Counterparty = row.GetString(4),
        Quantity = row.GetInt32(5), PriceMicros = row.GetInt64(6), StartMs = row.GetInt64(7), EndMs = row.GetInt64(8), LongestEndMs = row.GetInt64(9),
        State = row.GetString(10), Minutes = row.GetInt64(11), Micros = row.GetInt64(12),
    };
}
