using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>A token bucket for each sending peer, in whole thousandths of a record; bounded in peers.</summary>
internal sealed class RateLimiter(int perSecond, int burst, int peers)
{
    private readonly Dictionary<ParticipantId, (long MilliTokens, Instant At)> _buckets = [];

    /// <summary>Peers remembered.</summary>
    public int Peers => _buckets.Count;

    /// <summary>Takes one record's token; where there is none, says after how many ms there will be.</summary>
    public bool TryTake(Instant now, ParticipantId peer, out int retryAfterMs)
    {
        var (tokens, at) = _buckets.TryGetValue(peer, out var bucket) ? bucket : (burst * 1000L, now);
        tokens = Math.Min(burst * 1000L, tokens + (Math.Max(0, now.UnixMs - at.UnixMs) * perSecond));
        var taken = tokens >= 1000;
        retryAfterMs = taken ? 0 : (int)((1000 - tokens + perSecond - 1) / perSecond);
        if (!_buckets.ContainsKey(peer) && _buckets.Count >= peers) _buckets.Remove(_buckets.MinBy(entry => entry.Value.At.UnixMs).Key);
        _buckets[peer] = (taken ? tokens - 1000 : tokens, now);
        return taken;
    }
}
