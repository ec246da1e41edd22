namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>The ids of known messages, each for a time to live from its first sight, bounded in number.</summary>
internal sealed class SeenCache(TimeSpan timeToLive, int capacity)
{
    private readonly Dictionary<MessageId, Sight> _since = [];
    private readonly Queue<MessageId> _order = new();

    public int Count => _since.Count;

    /// <summary>Since when the id is known; null where it is not.</summary>
    public TimeSpan? KnownSince(TimeSpan now, MessageId id) =>
        _since.TryGetValue(id, out var sight) && now - sight.Since < timeToLive ? sight.Since : null;

    /// <summary>Whether the id is that of a message that others sent and that was accepted.</summary>
    public bool WasAccepted(MessageId id) => _since.TryGetValue(id, out var sight) && sight.Accepted;

    public bool Contains(TimeSpan now, MessageId id) => KnownSince(now, id) is not null;

    /// <summary>Remembers an id.</summary>
    /// <returns>Whether an id that was still due had to be forgotten for it.</returns>
    public bool Add(TimeSpan now, MessageId id, bool accepted)
    {
        Expire(now);
        if (!_since.TryAdd(id, new Sight(now, accepted))) return false;
        _order.Enqueue(id);
        if (_order.Count <= capacity) return false;
        _since.Remove(_order.Dequeue());
        return true;
    }

    public void Expire(TimeSpan now)
    {
        while (_order.TryPeek(out var oldest) && now - _since[oldest].Since >= timeToLive) _since.Remove(_order.Dequeue());
    }

    private readonly record struct Sight(TimeSpan Since, bool Accepted);
}
