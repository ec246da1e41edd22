using System.Security.Cryptography;

using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Server;

/// <summary>Answers of state changes by the key that their callers gave, so that a request sent twice is done once.</summary>
/// <remarks>
/// An answer is kept for an hour. Where there is no room, a new key is refused and no old one forgotten: a caller who relies on a key must not lose it. What
/// failed in a way that another attempt may mend (5xx, cancelled) is not kept. Orders carry their key in the journal as well, which outlives a restart.
/// </remarks>
internal sealed class IdempotencyStore(ApiOptions options, TimeProvider time)
{
    public const string Header = "Idempotency-Key";

    /// <summary>The orders' own keys have the same bound.</summary>
    private const int MostChars = 64;

    /// <summary>Answers have a kilobyte or two; large ones must not add up to much.</summary>
    private const long MostBytes = 8 * 1024 * 1024;

    /// <summary>Longer than any sensible row of attempts, short enough for the bounds.</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, DateTimeOffset Until)> _ages = new();
    private long _bytes;

    /// <summary>Checks a key's form.</summary>
    /// <exception cref="ApiException">It is empty, too long, or has other characters than visible ASCII.</exception>
    public static string Check(string key) => key.Length is > 0 and <= MostChars && key.All(c => c is > ' ' and <= '~')
        ? key
        : throw new ApiException(ApiFailure.BadRequest, "bad-idempotency-key", $"The {Header} header has {key.Length} characters, or other ones than visible ASCII.", $"Give 1 to {MostChars} letters, digits and signs, such as a UUID.");

    /// <summary>The answer that the key stands for, or a new one.</summary>
    /// <param name="request">Everything that tells one request from another.</param>
    /// <param name="answer">Does what is asked; what it throws is not kept.</param>
    /// <returns>The answer, and whether it is one of before.</returns>
    /// <exception cref="ApiException">The key stands for another request, or there is no room for it.</exception>
    public async Task<(StoredAnswer Answer, bool IsReplay)> RunAsync(string key, ReadOnlyMemory<byte> request, Func<Task<StoredAnswer>> answer, CancellationToken cancellationToken)
    {
        var fingerprint = SHA256.HashData(request.Span);
        while (true)
        {
            var (entry, isNew) = Take(key, fingerprint);
            if (isNew) return (await FillAsync(key, entry, answer), false);
            // Somebody is at it: what comes out is the answer to both. Where nothing does, this caller tries itself.
            if (await entry.Answer.Task.WaitAsync(cancellationToken) is { } known) return (known, true);
        }
    }

    private (Entry Entry, bool IsNew) Take(string key, byte[] fingerprint)
    {
        lock (_gate)
        {
            ForgetOld();
            if (_entries.TryGetValue(key, out var known))
            {
                return known.Fingerprint.AsSpan().SequenceEqual(fingerprint)
                    ? (known, false)
                    : throw new ApiException(ApiFailure.KeyReused, "idempotency-key-reused", "This idempotency key stands for another request already.", "Give each request a key of its own, and the same key only to the same request sent again.");
            }

            if (_entries.Count >= options.IdempotencyKeys || _bytes >= MostBytes)
            {
                var wait = _ages.TryPeek(out var oldest) ? oldest.Until - time.GetUtcNow() : TimeSpan.FromSeconds(1);
                throw new ApiException(ApiFailure.TooFast, "too-many-idempotency-keys", $"The daemon remembers {_entries.Count} idempotency keys and has no room for another.", "Wait as long as Retry-After says, or raise \"api.idempotencyKeys\".") { RetryAfter = wait };
            }

            var entry = new Entry(fingerprint);
            _entries.Add(key, entry);
            return (entry, true);
        }
    }

    private async Task<StoredAnswer> FillAsync(string key, Entry entry, Func<Task<StoredAnswer>> answer)
    {
        try
        {
            var given = await answer();
            lock (_gate)
            {
                _bytes += given.Body.Length;
                _ages.Enqueue((key, time.GetUtcNow() + s_kept));
            }

            entry.Answer.SetResult(given);
            return given;
        }
        catch
        {
            lock (_gate) _entries.Remove(key);
            entry.Answer.SetResult(null);
            throw;
        }
    }

    private void ForgetOld()
    {
        var now = time.GetUtcNow();
        while (_ages.TryPeek(out var oldest) && oldest.Until <= now)
        {
            _ages.Dequeue();
            if (_entries.Remove(oldest.Key, out var entry)) _bytes -= entry.Answer.Task.Result!.Body.Length;
        }
    }

    private sealed record Entry(byte[] Fingerprint)
    {
        /// <summary>Null where the request came to no answer that is kept.</summary>
        public TaskCompletionSource<StoredAnswer?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
