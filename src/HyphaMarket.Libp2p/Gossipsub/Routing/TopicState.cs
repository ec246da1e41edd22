namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>What the router knows of one topic: kept while we are subscribed, publish to it, or a peer is subscribed.</summary>
internal sealed class TopicState(string name)
{
    public string Name { get; } = name;

    /// <summary>Set while we are subscribed.</summary>
    public TopicOptions? Options { get; set; }

    public bool Joined => Options is not null;

    /// <summary>Every peer that is subscribed, of whatever version.</summary>
    public IndexedSet<PeerState> Peers { get; } = new();

    /// <summary>The peers that get every message from us; empty unless we are subscribed.</summary>
    public IndexedSet<PeerState> Mesh { get; } = new();

    /// <summary>The peers that get our own messages while we are not subscribed.</summary>
    public IndexedSet<PeerState> Fanout { get; } = new();

    /// <summary>Its messages under validation.</summary>
    public int Pending { get; set; }

    /// <summary>When we last published without being subscribed; null while there is no fanout.</summary>
    public TimeSpan? FanoutUsed { get; set; }

    public bool IsForgettable => !Joined && FanoutUsed is null && Peers.Count == 0;
}
