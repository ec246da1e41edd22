using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>Compares this node's clock with its fellow brokers', from the times in their answers.</summary>
/// <remarks>
/// One exchange tells the other's offset up to half its round trip, so of each peer's last samples the one with the shortest round trip
/// speaks (NTP's clock filter), and only what the round trip cannot explain counts as skew.
/// </remarks>
public sealed class ClockWatch
{
    private const int SamplesKept = 8;

    private readonly Dictionary<ParticipantId, Queue<(long OffsetMs, long RoundTripMs)>> _samples = [];
    private long _medianAheadMs;

    /// <summary>Notes an answer. Members are few, so the samples are bounded by the caller's set of members.</summary>
    public void OnAnswer(ParticipantId peer, Instant sent, Instant received, long peerUnixMs)
    {
        // A wild time must not overflow; it says "far off" all the same.
        var theirs = Math.Clamp(peerUnixMs, 0, long.MaxValue / 4);
        if (!_samples.TryGetValue(peer, out var queue)) _samples.Add(peer, queue = new Queue<(long, long)>(SamplesKept));
        if (queue.Count == SamplesKept) queue.Dequeue();
        queue.Enqueue((theirs - sent.UnixMs - ((received.UnixMs - sent.UnixMs) / 2), Math.Max(0, received.UnixMs - sent.UnixMs)));
        // Asked for with every message, and changed by answers only.
        _medianAheadMs = ComputeMedianAheadMs();
    }

    /// <summary>Peers heard from.</summary>
    public int Peers => _samples.Count;

    /// <summary>How far the median of all clocks, mine included, is ahead of mine beyond what round trips explain; ms, 0 where nothing speaks against me.</summary>
    public long MedianAheadMs() => _medianAheadMs;

    private long ComputeMedianAheadMs()
    {
        var offsets = _samples.Values
            .Select(queue => queue.MinBy(sample => sample.RoundTripMs))
            .Select(sample => Math.Sign(sample.OffsetMs) * Math.Max(0, Math.Abs(sample.OffsetMs) - (sample.RoundTripMs / 2)))
            .Append(0)
            .Order()
            .ToArray();
        return offsets[(offsets.Length - 1) / 2];
    }
}
