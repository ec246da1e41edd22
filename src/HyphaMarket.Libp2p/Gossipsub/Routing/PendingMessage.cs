namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>A message under validation.</summary>
internal sealed class PendingMessage(long ticket, MessageId id, PubsubMessage message, TopicState topic, TopicOptions options, PeerState first)
{
    public long Ticket { get; } = ticket;
    public MessageId Id { get; } = id;
    public PubsubMessage Message { get; } = message;
    public TopicState Topic { get; } = topic;

    /// <summary>The options it is judged by; the topic may be left, and joined again with others, in the meantime.</summary>
    public TopicOptions Options { get; } = options;

    /// <summary>Whether the mesh was told by IDONTWANT that we have it.</summary>
    public bool Announced { get; set; }

    /// <summary>Who sent it, the first one first. Bounded by the number of peers.</summary>
    public IndexedSet<PeerState> Sources { get; } = IndexedSet<PeerState>.Of(first);
}
