namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>The messages that one peer does not want (v1.2, <c>dont_send_message_ids</c>), for some heartbeats and bounded in number: the oldest is forgotten first.</summary>
internal sealed class UnwantedIds(int capacity)
{
    private readonly HashSet<MessageId> _ids = [];
    private readonly Queue<(MessageId Id, long Heartbeat)> _order = new();

    public int Count => _ids.Count;

    public bool Contains(MessageId id) => _ids.Contains(id);

    public void Add(MessageId id, long heartbeat)
    {
        if (!_ids.Add(id)) return;
        _order.Enqueue((id, heartbeat));
        if (_order.Count > capacity) _ids.Remove(_order.Dequeue().Id);
    }

    /// <summary>Forgets what was said before that heartbeat.</summary>
    public void Expire(long before)
    {
        while (_order.TryPeek(out var oldest) && oldest.Heartbeat < before) _ids.Remove(_order.Dequeue().Id);
    }
}
