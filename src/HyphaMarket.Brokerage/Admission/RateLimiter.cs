using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>What each sending peer may send; bounded in peers.</summary>
internal sealed class RateLimiter(int perSecond, int burst, int peers)
{
    private readonly Dictionary<ParticipantId, long> _moments = [];
    private readonly CellRate _rate = new(perSecond, burst);

    /// <summary>Peers remembered.</summary>
    public int Peers => _moments.Count;

    /// <summary>Takes one record; where that is too much, says after how many ms it will not be.</summary>
    public bool TryTake(Instant now, ParticipantId peer, out int retryAfterMs)
    {
        var isKnown = _moments.TryGetValue(peer, out var moment);
        var taken = _rate.MaySend(isKnown ? moment : long.MinValue, now.UnixMs, 1, out var next, out retryAfterMs);
        if (!isKnown && _moments.Count >= peers) _moments.Remove(_moments.MinBy(entry => entry.Value).Key);
        _moments[peer] = taken ? next : moment;
        return taken;
    }
}
