namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>The messages of the last heartbeats, for gossip and IWANT (v1.0, "Message Cache"), bounded in number and bytes.</summary>
internal sealed class MessageCache(int historyLength, int historyGossip, int maxMessages, int maxBytes)
{
    private readonly Dictionary<MessageId, CachedMessage> _byId = [];
    private readonly Queue<CachedMessage> _order = new();
    private long _window, _bytes;

    public int Count => _byId.Count;

    /// <summary>mcache.put: adds a message to the current window; the oldest go early where there is no room.</summary>
    public void Put(MessageId id, PubsubMessage message)
    {
        var entry = new CachedMessage(id, message, _window);
        if (!_byId.TryAdd(id, entry)) return;
        _order.Enqueue(entry);
        _bytes += message.Encoded.Length;
        while (_order.Count > maxMessages || (_bytes > maxBytes && _order.Count > 1)) DropOldest();
    }

    /// <summary>mcache.get.</summary>
    public CachedMessage? Get(MessageId id) => _byId.GetValueOrDefault(id);

    /// <summary>mcache.get_gossip_ids for all topics at once: the ids of the gossip windows by topic, oldest first.</summary>
    public Dictionary<string, List<MessageId>> GossipIds()
    {
        var ids = new Dictionary<string, List<MessageId>>();
        foreach (var entry in _order)
        {
            if (entry.Window <= _window - historyGossip) continue;
            if (!ids.TryGetValue(entry.Message.Topic, out var list)) ids[entry.Message.Topic] = list = [];
            list.Add(entry.Id);
        }
        return ids;
    }

    /// <summary>mcache.shift: begins a new window and discards what is older than the history.</summary>
    public void Shift()
    {
        _window++;
        while (_order.TryPeek(out var oldest) && oldest.Window <= _window - historyLength) DropOldest();
    }

    /// <summary>Forgets a peer that is gone, so that entries do not hold it.</summary>
    public void Forget(PeerState peer)
    {
        foreach (var entry in _order) entry.Forget(peer);
    }

    private void DropOldest()
    {
        var oldest = _order.Dequeue();
        _byId.Remove(oldest.Id);
        _bytes -= oldest.Message.Encoded.Length;
    }
}
