using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Storage;

/// <summary>The journal's table: appends groups of entries and reads them back with their checksums checked. Used by one thread at a time.</summary>
/// <remarks>
/// Each entry's checksum covers the one before it, so that an entry changed, lost or put in from elsewhere shows. What a chain cannot
/// show is a tail that is missing whole: the disk's promise to keep what was synced is taken at its word, as the protocol says.
/// </remarks>
internal sealed class JournalFile : IDisposable
{
    private const int PageSize = 4_096;
    private const int ChecksumSize = 16;
    private static readonly byte[] ChainStart = new byte[ChecksumSize];

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private byte[] _lastChecksum = ChainStart;

    private JournalFile(SqliteConnection connection)
    {
        _connection = connection;
        _insert = connection.CreateCommand();
        _insert.CommandText = "INSERT INTO journal(id, kind, key, payload, checksum) VALUES ($id, $kind, $key, $payload, $checksum)";
        foreach (var name in new[] { "$id", "$kind" }) _insert.Parameters.Add(name, SqliteType.Integer);
        foreach (var name in new[] { "$key", "$payload", "$checksum" }) _insert.Parameters.Add(name, SqliteType.Blob);
    }

    /// <summary>The id of the newest entry; 0 for none.</summary>
    public long LastId { get; private set; }

    /// <exception cref="SqliteException">The file is no journal or the disk refused.</exception>
    public static JournalFile Open(string path, JournalOptions options)
    {
        var connection = new SqliteConnection(SqliteFile.ConnectionString(path));
        try
        {
            connection.Open();
            SqliteFile.Execute(connection, $"PRAGMA page_size = {PageSize}");
            SqliteFile.Execute(connection, "PRAGMA journal_mode = WAL");
            // FULL syncs the write-ahead log at every commit: what is acknowledged survives a power cut.
            SqliteFile.Execute(connection, "PRAGMA synchronous = FULL");
            SqliteFile.Execute(connection, $"PRAGMA max_page_count = {Math.Max(8, options.LargestBytes / PageSize)}");
            SqliteFile.Execute(connection, """
                CREATE TABLE IF NOT EXISTS journal(
                    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, key BLOB NOT NULL, payload BLOB NOT NULL, checksum BLOB NOT NULL) STRICT
                """);
            return new JournalFile(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens a journal that is there, for reading alone.</summary>
    /// <exception cref="SqliteException">The file is no journal or the disk refused.</exception>
    public static JournalFile OpenToRead(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadOnly }.ToString());
        try
        {
            connection.Open();
            return new JournalFile(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Reads every entry in order, tells what is damaged, and finds the end of the chain. Call once, before the first append.</summary>
    /// <param name="entries">Gets the sound entries.</param>
    /// <param name="damage">Gets the places where the disk differs from what was written.</param>
    public void ReadAll(Action<StoredEntry> entries, Action<JournalDamage> damage)
    {
        using var select = _connection.CreateCommand();
        select.CommandText = "SELECT id, kind, key, payload, checksum FROM journal ORDER BY id";
        using var reader = select.ExecuteReader();
        while (reader.Read())
        {
            var id = reader.GetInt64(0);
            if (id != LastId + 1) damage(new JournalDamage(LastId + 1, $"Entries {LastId + 1} to {id - 1} are missing."));
            var kind = reader.GetInt64(1);
            var key = (byte[])reader[2];
            var payload = (byte[])reader[3];
            var stored = (byte[])reader[4];
            if (kind is >= 0 and <= int.MaxValue && Hash256.TryFromBytes(key, out var hash) && stored.AsSpan().SequenceEqual(Checksum(_lastChecksum, id, (int)kind, key, payload)))
            {
                entries(new StoredEntry(id, new JournalEntry((JournalKind)(int)kind, hash, payload)));
            }
            else
            {
                damage(new JournalDamage(id, $"Entry {id} is not what was written: its checksum differs."));
            }
            // The chain goes on from what is stored, so that one bad entry does not condemn all that follow.
            _lastChecksum = stored;
            LastId = id;
        }
    }

    /// <summary>Appends entries in one transaction, and returns when they are on disk; on an exception none of them is.</summary>
    /// <returns>The id of the first entry; the others follow.</returns>
    /// <exception cref="SqliteException">The disk refused.</exception>
    public long Append(IReadOnlyList<JournalEntry> entries)
    {
        var first = LastId + 1;
        var checksum = _lastChecksum;
        using (var transaction = _connection.BeginTransaction(deferred: false))
        {
            _insert.Transaction = transaction;
            for (var i = 0; i < entries.Count; i++)
            {
                var entry = entries[i];
                var key = entry.Key.ToArray();
                checksum = Checksum(checksum, first + i, (int)entry.Kind, key, entry.Payload);
                _insert.Parameters["$id"].Value = first + i;
                _insert.Parameters["$kind"].Value = (long)entry.Kind;
                _insert.Parameters["$key"].Value = key;
                _insert.Parameters["$payload"].Value = entry.Payload;
                _insert.Parameters["$checksum"].Value = checksum;
                _insert.ExecuteNonQuery();
            }
            transaction.Commit();
        }
        _lastChecksum = checksum;
        LastId = first + entries.Count - 1;
        return first;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _connection.Dispose();
    }

    /// <summary>The first 16 bytes of SHA-256 over the previous checksum, id, kind, key and payload: 128 bits find any accident.</summary>
    private static byte[] Checksum(byte[] previous, long id, int kind, byte[] key, byte[] payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[20];
        BinaryPrimitives.WriteInt64BigEndian(numbers, id);
        BinaryPrimitives.WriteInt32BigEndian(numbers[8..], kind);
        BinaryPrimitives.WriteInt32BigEndian(numbers[12..], key.Length);
        BinaryPrimitives.WriteInt32BigEndian(numbers[16..], payload.Length);
        hash.AppendData(previous);
        hash.AppendData(numbers);
        hash.AppendData(key);
        hash.AppendData(payload);
        return hash.GetHashAndReset()[..ChecksumSize];
    }
}
