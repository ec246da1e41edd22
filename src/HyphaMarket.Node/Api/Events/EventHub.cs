using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Events;

/// <summary>Takes what happens and tells it to any number of watchers, each at its own pace. Publishing never waits.</summary>
/// <remarks>The newest events are kept, so that a watcher that lost its connection resumes where it was. A watcher that reads too slowly is let go.</remarks>
public sealed class EventHub(ApiOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Queue<NodeEvent> _backlog = new();
    private readonly List<Channel<NodeEvent>> _watchers = [];
    private long _lastSeq;

    /// <summary>Tells this run of the daemon from others: sequence numbers begin anew with each.</summary>
    private readonly string _run = time.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);

    /// <summary>The place after an event, good in this run and known as foreign in another.</summary>
    public string CursorOf(long seq) => string.Create(CultureInfo.InvariantCulture, $"{_run}-{seq}");

    /// <summary>Reads a cursor, or a bare sequence number.</summary>
    /// <param name="seq">For a cursor of another run, a number that no event has: everything of this run is new to that watcher.</param>
    public bool TryParse(string text, out long seq)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.LastIndexOf('-');
        if (!long.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out seq) || at == 0) return false;
        if (at < 0 || text.AsSpan(0, at).SequenceEqual(_run)) return true;
        seq = long.MaxValue;
        return true;
    }

    /// <summary>The sequence number of the newest event; 0 before the first.</summary>
    public long LastSeq
    {
        get
        {
            lock (_gate) return _lastSeq;
        }
    }

    /// <summary>Numbers and dates an event and tells it to all watchers.</summary>
    public void Publish(NodeEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        lock (_gate)
        {
            var numbered = happened with { Seq = ++_lastSeq, At = time.GetUtcNow() };
            _backlog.Enqueue(numbered);
            if (_backlog.Count > options.EventBacklog) _backlog.Dequeue();
            for (var i = _watchers.Count - 1; i >= 0; i--)
            {
                if (_watchers[i].Writer.TryWrite(numbered)) continue;
                _watchers[i].Writer.TryComplete();
                _watchers.RemoveAt(i);
            }
        }
    }

    /// <summary>The events after a sequence number, then new ones until the caller ends.</summary>
    /// <param name="after">The last event seen; null for new ones only, 0 for all that are kept.</param>
    /// <remarks>
    /// Starts with <see cref="NodeEventKind.Gap"/> where events in between are gone; ends with <see cref="NodeEventKind.Lagged"/> where the
    /// watcher was too slow.
    /// </remarks>
    public async IAsyncEnumerable<NodeEvent> WatchAsync(long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<NodeEvent>(new BoundedChannelOptions(options.WatcherBacklog) { SingleReader = true });
        List<NodeEvent> missed;
        lock (_gate)
        {
            missed = after is { } seen ? Since(seen) : [];
            _watchers.Add(channel);
        }
        try
        {
            foreach (var happened in missed) yield return happened;
            await foreach (var happened in channel.Reader.ReadAllAsync(cancellationToken)) yield return happened;
            yield return new NodeEvent { Event = NodeEventKind.Lagged, At = time.GetUtcNow(), Message = "This watcher read too slowly; resume after the last sequence seen." };
        }
        finally
        {
            lock (_gate) _watchers.Remove(channel);
        }
    }

    private List<NodeEvent> Since(long seen)
    {
        // A number from the future is one of an earlier run of the daemon: everything of this run is new to that watcher.
        var restarted = seen > _lastSeq;
        var from = restarted ? 0 : seen;
        var events = _backlog.Where(happened => happened.Seq > from).ToList();
        var lost = restarted || (events.Count > 0 ? events[0].Seq > from + 1 : _lastSeq > from);
        if (lost) events.Insert(0, new NodeEvent { Event = NodeEventKind.Gap, At = time.GetUtcNow(), Message = restarted ? "The daemon was restarted." : "Older events are no longer kept." });
        return events;
    }
}
