namespace HyphaMarket.Node.Storage;

public sealed partial class History
{
    /// <summary>Keeps an answer with its lease.</summary>
    /// <param name="keep">Answers kept of one lease; the oldest go first.</param>
    /// <param name="keepInAll">Answers kept of all leases, so that those of ended leases do not gather for ever.</param>
    public void Save(CheckRow check, int keep, int keepInAll)
    {
        ArgumentNullException.ThrowIfNull(check);
        Write("INSERT INTO checks(lease, asked_ms, record) VALUES ($lease, $asked, $record)", ("$lease", check.Lease), ("$asked", check.AskedMs), ("$record", check.Record));
        Write("DELETE FROM checks WHERE lease = $lease AND number NOT IN (SELECT number FROM checks WHERE lease = $lease ORDER BY number DESC LIMIT $keep)", ("$lease", check.Lease), ("$keep", keep));
        Write("DELETE FROM checks WHERE number NOT IN (SELECT number FROM checks ORDER BY number DESC LIMIT $keep)", ("$keep", keepInAll));
    }

    /// <summary>The answers kept of a lease, the newest first.</summary>
    public IReadOnlyList<CheckRow> ListChecks(string lease, int limit) =>
        Read("SELECT lease, asked_ms, record FROM checks WHERE lease = $lease ORDER BY number DESC LIMIT $limit", row => new CheckRow(row.GetString(0), row.GetInt64(1), (byte[])row[2]), ("$lease", lease), ("$limit", Limit(limit)));
}
