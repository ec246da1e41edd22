using Microsoft.Data.Sqlite;

namespace HyphaMarket.Node.Storage;

public sealed partial class History
{
    /// <summary>
    /// Proofs kept; the oldest go first. A proof has some kilobytes, with a slot's input some tens: 4,096 are two days of a match every forty seconds, and at
    /// <see cref="LargestProof"/> each they fill a gigabyte.
    /// </summary>
    public const int MostProofs = 4_096;

    /// <summary>Bytes of a proof that is kept with its input; a larger one is kept without.</summary>
    public const int LargestProof = 256 * 1024;

    /// <summary>Broker sets kept: the last 64 of a dozen markets; the oldest go first.</summary>
    public const int MostBrokerSets = 1_024;

    /// <summary>Keeps a match's proof; one with the slot's input takes the place of one without.</summary>
    public void Save(ProofRow proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        Write("INSERT INTO proofs(id, slot, complete, file) VALUES ($id, $slot, $full, $file) ON CONFLICT(id) DO UPDATE SET complete = $full, file = $file WHERE complete = 0",
            ("$id", proof.Id), ("$slot", proof.Slot), ("$full", proof.Full ? 1 : 0), ("$file", proof.File));
        Write("DELETE FROM proofs WHERE number <= (SELECT MAX(number) FROM proofs) - $most", ("$most", MostProofs));
    }

    /// <summary>The proofs whose match id begins so; at most two, since two are too many to choose from.</summary>
    public IReadOnlyList<ProofRow> FindProofs(string idBegins) =>
        Read("SELECT id, slot, complete, file FROM proofs WHERE substr(id, 1, length($id)) = $id LIMIT 2", Proof, ("$id", idBegins));

    /// <summary>Those of these matches whose proof is kept.</summary>
    public IReadOnlySet<string> ProvenOf(IReadOnlyCollection<string> ids) =>
        ids.Count == 0 ? new HashSet<string>() : Read("SELECT id FROM proofs WHERE id IN (SELECT value FROM json_each($ids))", row => row.GetString(0), ("$ids", $"[\"{string.Join("\",\"", ids)}\"]")).ToHashSet(StringComparer.Ordinal);

    /// <summary>Keeps a broker set that this node believes.</summary>
    public void Save(BrokerSetRow set)
    {
        ArgumentNullException.ThrowIfNull(set);
        Write("INSERT OR IGNORE INTO broker_sets(id, network, market, epoch, accepted_ms, record) VALUES ($id, $network, $market, $epoch, $accepted, $record)",
            ("$id", set.Id), ("$network", set.Network), ("$market", set.Market), ("$epoch", (long)set.Epoch), ("$accepted", set.AcceptedMs), ("$record", set.Record));
        Write("DELETE FROM broker_sets WHERE number <= (SELECT MAX(number) FROM broker_sets) - $most", ("$most", MostBrokerSets));
    }

    /// <summary>Reads the ids of broker sets that the node of this history came to believe in a network, beside the daemon and without changing anything.</summary>
    /// <returns>Empty where there is no history, or one from before such sets were kept.</returns>
    /// <exception cref="Hosting.FatalException">The file cannot be read.</exception>
    public static IReadOnlyList<string> ReadBrokerSets(string path, string network)
    {
        if (!File.Exists(path)) return [];
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadOnly }.ToString());
            connection.Open();
            if (SqliteFile.Scalar(connection, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'broker_sets'") == 0) return [];
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT id FROM broker_sets WHERE network = $network";
            command.Parameters.AddWithValue("$network", network);
            using var reader = command.ExecuteReader();
            var ids = new List<string>();
            while (reader.Read()) ids.Add(reader.GetString(0));
            return ids;
        }
        catch (SqliteException e)
        {
            throw SqliteFile.CannotOpenStore("history", path, e);
        }
    }

    private static ProofRow Proof(SqliteDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetInt64(2) != 0, (byte[])row[3]);
}
