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

    /// <summary>Adds a receipt; the same minutes of the same lease are kept once.</summary>
    public void Save(ReceiptRow receipt)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        Write("INSERT OR IGNORE INTO receipts VALUES ($lease, $minutes, $micros, $at, $record)",
            ("$lease", receipt.Lease), ("$minutes", receipt.Minutes), ("$micros", receipt.Micros), ("$at", receipt.AtMs), ("$record", receipt.Record.ToArray()));
    }

    /// <summary>The receipts of a lease, the latest first.</summary>
    public IReadOnlyList<ReceiptRow> ListReceipts(string lease, int limit) =>
        Read("SELECT lease, minutes, micros, at_ms, record FROM receipts WHERE lease = $lease ORDER BY minutes DESC LIMIT $limit",
            row => new ReceiptRow(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), (byte[])row[4]), ("$lease", lease), ("$limit", Limit(limit)));

    private static LeaseRow Lease(SqliteDataReader row) => new()
    {
        Id = row.GetString(0), Trade = row.GetString(1), Market = row.GetString(2), Role = row.GetString(3), Counterparty = row.GetString(4),
        Quantity = row.GetInt32(5), PriceMicros = row.GetInt64(6), StartMs = row.GetInt64(7), EndMs = row.GetInt64(8), LongestEndMs = row.GetInt64(9),
        State = row.GetString(10), Minutes = row.GetInt64(11), Micros = row.GetInt64(12),
    };
}
