using System.Text;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Storage;

/// <summary>The node's durable memory: an append that completes is on disk and survives a crash.</summary>
/// <remarks>
/// One writer loop takes what waits, writes it in one transaction and syncs once for the whole group. The first refusal of the disk fails the
/// journal for good: what was not acknowledged may or may not be there, and only reading it anew can tell. Nothing further is
/// acknowledged, so nothing further may be sent that rests on it. Safe for use by many threads; appends of one caller keep their order.
/// </remarks>
public sealed partial class Journal : IAsyncDisposable
{
    /// <summary>Places of damage that are told; one is enough to stop trusting the journal, and some show its kind.</summary>
    private const int MostDamage = 100;

    private readonly string _path;
    private readonly long _openedAt;
    private readonly JournalFile _file;
    private readonly JournalOptions _options;
    private readonly ILogger _log;
    private readonly Channel<Waiting> _waiting;
    private readonly TaskCompletionSource<JournalFailedException> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _writer;
    private volatile JournalFailedException? _failure;

    private Journal(string path, JournalFile file, JournalOptions options, IReadOnlyList<JournalDamage> damage, ILogger log)
    {
        (_path, _file, _options, Damage, _log) = (path, file, options, damage, log);
        _openedAt = file.LastId;
        _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(options.Queue) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        // SQLite writes and syncs synchronously, so the loop has a thread of its own.
        _writer = Task.Factory.StartNew(WriteLoop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>What the disk had lost or changed when the journal was opened, at most 100 places; empty for an intact one.</summary>
    /// <remarks>"My vote journal is intact; after damage or restore I abstain this epoch and the next": whoever votes or sells looks here first.</remarks>
    public IReadOnlyList<JournalDamage> Damage { get; }

    public bool IsDamaged => Damage.Count > 0;

    /// <summary>A hash of the damage, the same at each start until there is more; null for an intact journal.</summary>
    public Hash256? DamageHash => IsDamaged ? Hash256.Of(Encoding.UTF8.GetBytes(string.Join('\n', Damage.Select(place => $"{place.Id} {place.What}")))) : null;

    /// <summary>Why nothing is acknowledged any more; null while the journal works.</summary>
    public JournalFailedException? Failure => _failure;

    /// <summary>Completes when the journal fails.</summary>
    public Task<JournalFailedException> Failed => _failed.Task;

    /// <summary>Opens or makes a journal and reads it through, which checks every entry.</summary>
    /// <exception cref="Hosting.FatalException">The file cannot be opened, or is no SQLite file any more.</exception>
    public static Journal Open(string path, JournalOptions options, ILogger<Journal> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(log);
        JournalFile? file = null;
        try
        {
            var damage = new List<JournalDamage>();
            file = JournalFile.Open(path, options);
            file.ReadAll(_ => { }, place =>
            {
                if (damage.Count < MostDamage) damage.Add(place);
            });
            if (options.IsOldCopy) damage.Add(new JournalDamage(file.LastId + 1, "The operator says that this journal is an older copy: what came after it is missing."));
            foreach (var place in damage) LogDamage(log, path, place.Id, place.What);
            var journal = new Journal(path, file, options, damage, log);
            file = null;
            return journal;
        }
        catch (SqliteException e)
        {
            throw SqliteFile.CannotOpenStore("journal", path, e);
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Reads a journal through beside whoever uses it, and changes nothing.</summary>
    /// <returns>The number of its newest entry, and the places where it is not what was written; empty for a sound one.</returns>
    /// <exception cref="Hosting.FatalException">The file cannot be opened, or is no SQLite file.</exception>
    public static (long Entries, IReadOnlyList<JournalDamage> Damage) Check(string path)
    {
        try
        {
            using var file = JournalFile.OpenToRead(path);
            var damage = new List<JournalDamage>();
            file.ReadAll(_ => { }, place =>
            {
                if (damage.Count < MostDamage) damage.Add(place);
            });
            return (file.LastId, damage);
        }
        catch (SqliteException e)
        {
            throw SqliteFile.CannotOpenStore("journal", path, e);
        }
    }

    /// <summary>Reads the sound entries that were there when the journal was opened, in order; what is damaged is in <see cref="Damage"/>.</summary>
    /// <param name="entries">Is given each entry before this returns; nothing is kept in memory. Blocks on the disk: call it while starting.</param>
    public void Replay(Action<StoredEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        using var file = JournalFile.Open(_path, _options);
        file.ReadAll(stored =>
        {
            if (stored.Id <= _openedAt) entries(stored);
        }, _ => { });
    }

    /// <summary>Appends an entry; completes when it is on disk.</summary>
    /// <param name="cancellationToken">Ends the wait for room in the queue. An entry that has its place is written whatever happens to the caller.</param>
    /// <returns>The entry's id.</returns>
    /// <exception cref="JournalFailedException">The entry is not durable, and nothing after it will be.</exception>
    /// <exception cref="ArgumentException">The payload is larger than the options allow.</exception>
    public async ValueTask<long> AppendAsync(JournalEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Payload.Length > _options.EntryBytes) throw new ArgumentException($"An entry has at most {_options.EntryBytes} bytes, not {entry.Payload.Length}.", nameof(entry));
        var waiting = new Waiting(entry, new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await _waiting.Writer.WriteAsync(waiting, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw _failure ?? new JournalFailedException("The journal is closed.");
        }
        return await waiting.Done.Task;
    }

    /// <summary>Writes what waits, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writer;
        _file.Dispose();
    }

    private void WriteLoop()
    {
        var group = new List<Waiting>(_options.Group);
        var entries = new List<JournalEntry>(_options.Group);
        while (WaitForMore())
        {
            group.Clear();
            entries.Clear();
            while (group.Count < _options.Group && _waiting.Reader.TryRead(out var waiting))
            {
                group.Add(waiting);
                entries.Add(waiting.Entry);
            }
            if (group.Count == 0) continue;
            if (_failure is { } failure)
            {
                foreach (var waiting in group) waiting.Done.SetException(failure);
                continue;
            }
            try
            {
                var id = _file.Append(entries);
                foreach (var waiting in group) waiting.Done.SetResult(id++);
            }
            catch (Exception e)
            {
                Fail(e, group);
            }
        }
    }

    private bool WaitForMore() => _waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();

    private void Fail(Exception cause, List<Waiting> group)
    {
        var failure = new JournalFailedException(
            $"The journal cannot be written ({cause.Message}). Nothing more is acknowledged: no vote, no sale, no order. Make room on the disk or mend it, then start the node again.", cause);
        _failure = failure;
        LogFailed(_log, cause);
        foreach (var waiting in group) waiting.Done.SetException(failure);
        _failed.TrySetResult(failure);
        // Whoever queued in the meantime is answered by the loop, which sees the failure; then the channel is empty and closed.
        _waiting.Writer.TryComplete();
    }

    private sealed record Waiting(JournalEntry Entry, TaskCompletionSource<long> Done);
}
