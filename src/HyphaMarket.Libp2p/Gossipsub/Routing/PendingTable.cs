namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>
/// The messages under validation, bounded. Messages that differ but claim the same id are held apart: until a signature is verified nobody
/// knows which of them is the true one.
/// </summary>
internal sealed class PendingTable(int capacity, int maxVariants)
{
    private readonly Dictionary<MessageId, List<PendingMessage>> _byId = [];
    private readonly Dictionary<long, PendingMessage> _byTicket = [];
    private long _nextTicket;

    public int Count => _byTicket.Count;

    public bool Contains(MessageId id) => _byId.ContainsKey(id);

    /// <summary>The entry of exactly this message, whoever sent it.</summary>
    public PendingMessage? Find(MessageId id, PubsubMessage message)
    {
        if (!_byId.TryGetValue(id, out var variants)) return null;
        foreach (var variant in variants)
        {
            if (variant.Message.Encoded.Span.SequenceEqual(message.Encoded.Span)) return variant;
        }
        return null;
    }

    public PendingMessage? Find(long ticket) => _byTicket.GetValueOrDefault(ticket);

    /// <summary>Adds a message; null where there is no room.</summary>
    public PendingMessage? Add(MessageId id, PubsubMessage message, TopicState topic, TopicOptions options, PeerState from)
    {
        if (_byTicket.Count >= capacity || topic.Pending >= options.MaxPendingValidations) return null;
        if (!_byId.TryGetValue(id, out var variants)) _byId[id] = variants = new List<PendingMessage>(1);
        if (variants.Count >= maxVariants) return null;
        var pending = new PendingMessage(++_nextTicket, id, message, topic, options, from);
        variants.Add(pending);
        _byTicket.Add(pending.Ticket, pending);
        topic.Pending++;
        return pending;
    }

    public PendingMessage? Remove(long ticket)
    {
        if (!_byTicket.Remove(ticket, out var pending)) return null;
        var variants = _byId[pending.Id];
        variants.Remove(pending);
        if (variants.Count == 0) _byId.Remove(pending.Id);
        pending.Topic.Pending--;
        return pending;
    }
}
