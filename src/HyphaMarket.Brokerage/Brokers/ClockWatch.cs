using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>Compares this node's clock with its fellow brokers', from the times in their answers.</summary>
/// <remarks>
/// One exchange tells the other's offset up to half its round trip, so of each peer's last samples the one with the shortest round trip
/// speaks (NTP's clock filter), and only what the round trip cannot explain counts as skew. A sample speaks for a while only: it compared the clocks
/// as they were then. Ages are told by this node's own clock, so that one which is set anew by more than that while makes all samples void at once.
/// </remarks>
/// <param name="maxAgeMs">How long a sample counts; milliseconds.</param>
public sealed class ClockWatch(long maxAgeMs)
{
    private const int SamplesKept = 8;

    /// <summary>The times of no samples: nothing can age.</summary>
    private static readonly (long, long) Nothing = (long.MaxValue / 2, long.MinValue / 2);

    private readonly Dictionary<ParticipantId, Queue<Sample>> _samples = [];
    private long? _median;
    private (long OldestUnixMs, long NewestUnixMs) _span = Nothing;

    /// <summary>Notes an answer. Members are few, so the samples are bounded by the caller's set of members.</summary>
    public void OnAnswer(ParticipantId peer, Instant sent, Instant received, long peerUnixMs)
    {
        // A wild time must not overflow; it says "far off" all the same.
        var theirs = Math.Clamp(peerUnixMs, 0, long.MaxValue / 4);
        if (!_samples.TryGetValue(peer, out var queue)) _samples.Add(peer, queue = new Queue<Sample>(SamplesKept));
        var latest = new Sample(theirs - sent.UnixMs - ((received.UnixMs - sent.UnixMs) / 2), Math.Max(0, received.UnixMs - sent.UnixMs), received.UnixMs);
        // Where no offset explains both, one of the clocks was set in between: what was before it says nothing any more.
        Keep(queue, sample => Math.Abs(sample.OffsetMs - latest.OffsetMs) <= ((sample.RoundTripMs + latest.RoundTripMs) / 2) + 1);
        if (queue.Count == SamplesKept) queue.Dequeue();
        queue.Enqueue(latest);
        Changed();
    }

    /// <summary>This node's clock was set, or the node stood still: nothing is known of the others' clocks.</summary>
    public void Clear()
    {
        _samples.Clear();
        Changed();
    }

    /// <summary>Forgets what has aged, by this node's clock; a sample of the future is as old as it is far away.</summary>
    public void OnTime(Instant now)
    {
        // Told with every message, and mostly nothing has aged.
        if (now.UnixMs - _span.OldestUnixMs <= maxAgeMs && _span.NewestUnixMs - now.UnixMs <= maxAgeMs) return;
        ForgetAged(now);
    }

    // A method of its own: what its lambdas see is made as it begins.
    private void ForgetAged(Instant now)
    {
        foreach (var (peer, queue) in _samples)
        {
            if (!Keep(queue, sample => Math.Abs(now.UnixMs - sample.AtUnixMs) <= maxAgeMs) && queue.Count == 0) _samples.Remove(peer);
        }

        Changed();
    }

    /// <summary>Peers heard from lately.</summary>
    public int Peers => _samples.Count;

    /// <summary>How far the median of all clocks, mine included, is ahead of mine beyond what round trips explain; ms, 0 where nothing speaks against me.</summary>
    public long MedianAheadMs() => _median ??= Median();

    private void Changed()
    {
        _median = null;
        _span = Nothing;
        foreach (var queue in _samples.Values)
        {
            foreach (var sample in queue) _span = (Math.Min(_span.OldestUnixMs, sample.AtUnixMs), Math.Max(_span.NewestUnixMs, sample.AtUnixMs));
        }
    }

    private long Median()
    {
        // One for each peer, and 0 for this node's own clock.
        var (offsets, count) = (new long[_samples.Count + 1], 1);
        foreach (var queue in _samples.Values)
        {
            Sample? best = null;
            foreach (var sample in queue)
            {
                if (best is null || sample.RoundTripMs < best.Value.RoundTripMs) best = sample;
            }

            if (best is { } said) offsets[count++] = Math.Sign(said.OffsetMs) * Math.Max(0, Math.Abs(said.OffsetMs) - (said.RoundTripMs / 2));
        }

        Array.Sort(offsets, 0, count);
        return offsets[(count - 1) / 2];
    }

    /// <summary>True where all are kept.</summary>
    private static bool Keep(Queue<Sample> queue, Func<Sample, bool> isKept)
    {
        var before = queue.Count;
        for (var left = before; left > 0; left--)
        {
            var sample = queue.Dequeue();
            if (isKept(sample)) queue.Enqueue(sample);
        }

        return queue.Count == before;
    }

    private readonly record struct Sample(long OffsetMs, long RoundTripMs, long AtUnixMs);
}
