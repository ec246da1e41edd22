namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>The ids of known messages, each for a time to live from its first sight, bounded in number.</summary>
internal sealed class SeenCache(TimeSpan timeToLive, int capacity)
{
    private readonly Dictionary<MessageId, TimeSpan> _since = [];
    private readonly Queue<MessageId> _order = new();

    public int Count => _since.Count;

    /// <summary>Since when the id is known; null where it is not.</summary>
    public TimeSpan? KnownSince(TimeSpan now, MessageId id) =>
        _since.TryGetValue(id, out var since) && now - since < timeToLive ? since : null;

    public bool Contains(TimeSpan now, MessageId id) => KnownSince(now, id) is not null;

    /// <summary>Remembers an id.</summary>
    /// <returns>Whether an id that was still due had to be forgotten for it.</returns>
    public bool Add(TimeSpan now, MessageId id)
    {
        Expire(now);
        if (!_since.TryAdd(id, now)) return false;
        _order.Enqueue(id);
        if (_order.Count <= capacity) return false;
        _since.Remove(_order.Dequeue());
        return true;
    }

    public void Expire(TimeSpan now)
    {
        while (_order.TryPeek(out var oldest) && now - _since[oldest] >= timeToLive) _since.Remove(_order.Dequeue());
    }
}
