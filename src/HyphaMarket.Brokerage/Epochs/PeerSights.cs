using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>Whom this node has heard of itself, since when without a gap and when last. What others say of them counts for nothing.</summary>
/// <param name="gapMs">Who was silent for so long is seen anew from then on.</param>
internal sealed class PeerSights(long gapMs)
{
    private readonly Dictionary<ParticipantId, Sight> _sights = [];

    /// <summary>A peer answered.</summary>
    public void Heard(ParticipantId peer, Instant now, bool isLeaving)
    {
        var since = _sights.TryGetValue(peer, out var sight) && sight.Since is { } began && now.UnixMs - sight.Last.UnixMs < gapMs ? began : now;
        _sights[peer] = new Sight(since, now, isLeaving);
    }

    /// <summary>A peer should answer from now on: it is not dead before it had its time.</summary>
    public void Expect(ParticipantId peer, Instant now) => _sights.TryAdd(peer, new Sight(null, now, false));

    /// <summary>This node's clock jumped, or it stood still: nobody's silence of that time counts, and everybody is seen anew.</summary>
    public void StartOver(Instant now)
    {
        foreach (var peer in _sights.Keys.ToArray()) _sights[peer] = new Sight(null, now, _sights[peer].IsLeaving);
    }

    public void KeepOnly(IReadOnlySet<ParticipantId> peers)
    {
        foreach (var peer in _sights.Keys.Where(peer => !peers.Contains(peer)).ToArray()) _sights.Remove(peer);
    }

    public bool IsLeaving(ParticipantId peer) => _sights.TryGetValue(peer, out var sight) && sight.IsLeaving;

    /// <summary>How long the peer has been silent; forever where it is unknown.</summary>
    public long SilentForMs(ParticipantId peer, Instant now) => _sights.TryGetValue(peer, out var sight) ? now.UnixMs - sight.Last.UnixMs : long.MaxValue;

    /// <summary>How long the peer has been answering without a gap; 0 where it does not.</summary>
    public long SeenForMs(ParticipantId peer, Instant now) =>
        _sights.TryGetValue(peer, out var sight) && sight.Since is { } since && now.UnixMs - sight.Last.UnixMs < gapMs ? now.UnixMs - since.UnixMs : 0;

    /// <summary>Whether the peer itself answered lately.</summary>
    public bool IsAnswering(ParticipantId peer, Instant now) => _sights.TryGetValue(peer, out var sight) && sight.Since is not null && now.UnixMs - sight.Last.UnixMs < gapMs;

    private sealed record Sight(Instant? Since, Instant Last, bool IsLeaving);
}
