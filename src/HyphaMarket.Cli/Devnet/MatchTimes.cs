using System.Globalization;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Devnet;

/// <summary>How long matches took: from the later of the two orders to the certified fill, as the quicker of both parties was told of it.</summary>
/// <remarks>An order that matched before and came back to the book says nothing of this, so only first matches of both orders count.</remarks>
internal sealed class MatchTimes
{
    /// <summary>Some hours of a devnet. Of times the oldest go beyond it; what is known of orders is forgotten at once.</summary>
    private const int Most = 100_000;

    private readonly HashSet<string> _matchedBefore = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<long> _times = new();

    public int Count => _times.Count;

    public void Add(NodeEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        if (happened is not { Event: NodeEventKind.Matched, Match: { } match, Order: { } order, ElapsedMs: { } elapsed }) return;
        if (_matchedBefore.Count >= Most)
        {
            _matchedBefore.Clear();
            _waiting.Clear();
        }

        if (!_matchedBefore.Add(order)) return;
        if (!_waiting.Remove(match, out var other))
        {
            _waiting[match] = elapsed;
            return;
        }

        _times.Enqueue(Math.Min(elapsed, other));
        if (_times.Count > Most) _times.Dequeue();
    }

    /// <summary>The least time that a share of the matches did not exceed, in milliseconds.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    public long Percentile(double share)
    {
        var sorted = _times.Order().ToArray();
        return sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    public override string ToString() => Count == 0
        ? "no match of two fresh orders"
        : string.Create(CultureInfo.InvariantCulture, $"time to match p50 {Percentile(0.5)} ms, p99 {Percentile(0.99)} ms of {Count}");
}
